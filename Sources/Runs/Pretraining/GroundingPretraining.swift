import NanoVLA
import Probes
import Tabletop
import Tensors

/// Grounding pre-training: learn to point at what an instruction names, before learning to act.
///
/// Cloned from demonstrations alone, a policy of this size learns almost nothing: a few hundred
/// demonstrations do not show that the instruction matters. So the backbone first learns, on any
/// number of fresh scenes, where the named objects are. The attention term asks every head of the
/// first cross-attention to attend to the named object's patch; it gives a useful gradient while the
/// points are still random.
///
///     loss = 60 · smoothL1(points) + 0.05 · CE(attention → patch) + 0.2 · BCE(flags) + 0.1 · CE(intent)
///
/// It learns from TRUE OBJECT POSITIONS, which demonstrations do not hold. It stands for the
/// pre-training of a published VLM.
///
/// - Letters: B scenes, R instructions a scene, N = B·R, Q slots, P patches, H heads.
/// - Reference: the attention term is supervised attention, after Liu et al., "Attention
///   Correctness in Neural Image Captioning" (2017). Left out: everything that a published VLM
///   learns beside pointing.
public final class GroundingPretraining {
  /// Ten minutes on two cores.
  public static let defaultSteps = 32_000

  /// The terms' weights in the loss, chosen by trial. A point that is off by 0.02 world units costs
  /// only 0.01 before its weight, far less than an entropy: hence the large weight of points.
  enum Weight {
    static let points: Float = 60
    static let attention: Float = 0.05
    static let flags: Float = 0.2
    static let intent: Float = 0.1
  }

  /// The toy VLM that learns.
  public let model: ToyVLM
  /// Learning rate by step.
  public let schedule: Schedule
  /// B of one step.
  public let scenesPerStep: Int
  /// R: the image features of a scene serve R instructions, which saves most of the time.
  public let tasksPerScene: Int
  /// Steps done so far.
  public internal(set) var stepsDone = 0
  let settings: Settings
  let optimizer: AdamW
  private let renderer: Renderer
  private let firstSeed: UInt64

  /// - Parameters:
  ///   - model: the toy VLM to train, in place.
  ///   - steps: how many batches of fresh scenes to learn from.
  ///   - peak: the highest learning rate of the schedule.
  ///   - seed: fixes the scenes; another seed gives other scenes.
  public init(_ model: ToyVLM, steps: Int, peak: Float = 3e-3, seed: UInt64 = 0) {
    (self.model, settings) = (model, Settings(steps: steps, seed: seed))
    schedule = Schedule(peak: peak, warmup: min(100, steps / 10), steps: steps, floor: 0.01)
    (scenesPerStep, tasksPerScene) = (32, 4)
    optimizer = AdamW(model.parameters, weightDecay: 0.01)
    renderer = Renderer(size: model.configuration.imageSize)
    firstSeed = Suite.firstPretrainingSeed + seed << 32
  }

  /// Whether all steps are done.
  public var isDone: Bool { stepsDone >= schedule.steps }

  /// One step on fresh scenes.
  ///
  /// - Returns: the batch's mean loss, before the step.
  @discardableResult
  public func step() -> Float {
    let start = firstSeed + UInt64(stepsDone * scenesPerStep)
    let loss = backwardInShards(of: scenesPerStep, microBatch: 8) { scenes in
      let examples = GroundingExamples(
        count: scenes.count, tasksPerScene: tasksPerScene,
        firstSeed: start + UInt64(scenes.lowerBound),
        hardNegatives: GroundingMixture.hardNegatives, renderer: renderer)
      return self.loss(on: examples)
    }
    optimizer.step(learningRate: schedule(stepsDone), maximumNorm: 20)
    stepsDone += 1
    return loss
  }

  private func loss(on examples: GroundingExamples) -> Tensor {
    let found = model.ground(examples)
    let (N, Q, H) = (examples.tasks.count, Grounding.slots, model.configuration.heads)
    let R = examples.tasksPerScene
    let side = model.configuration.imageSize / model.configuration.patchSize

    var positions: [Float] = []
    var weights: [Float] = []
    var patches: [Int] = []
    for n in 0..<N {
      for (object, weight) in examples.slots(n) {
        let object = examples.scenes[n / R].objects[object]
        positions += [object.x, object.y]
        weights += [weight, weight]
        patches.append(examples.patch(of: object, side: side))
      }
    }
    // Errors are weighted before the loss: an open slot's error counts less.
    let error =
      (found.points - Tensor(positions, shape: [N, Q, 2])) * Tensor(weights, shape: [N, Q, 2])
    let points = smoothL1(error, .zeros([N, Q, 2]), width: PointingProbe.smoothL1Width)

    let scores = found.attention.scores.reshaped([N / R * H * R * Q, -1])  // → [B·H·R·Q, P]
    let rows = (0..<N / R).flatMap { b in  // the same R·Q answers for each head
      (0..<H).flatMap { _ in (0..<R * Q).map { b * R * Q + $0 } }
    }
    let attention = crossEntropy(
      scores, targets: rows.map { patches[$0] }, weights: rows.map { weights[2 * $0] })

    let flags = binaryCrossEntropy(
      found.flags, targets: Tensor((0..<N).flatMap(examples.flags), shape: [N, Grounding.flags]))
    let intents = examples.tasks.map { TabletopTask.Intent.allCases.firstIndex(of: $0.intent)! }
    let intent = crossEntropy(found.intent, targets: intents)
    return points * Weight.points + attention * Weight.attention + flags * Weight.flags
      + intent * Weight.intent
  }
}
