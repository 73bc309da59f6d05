import Images
import Tabletop
import Tensors

/// Grounding pre-training: learn to point before learning to move.
///
/// Cloned from demonstrations alone, a policy of this size learns almost nothing, for nothing tells
/// it that the words matter. So the trunk first learns, on any number of fresh scenes, to say where
/// the named things are. One term asks every head of the first look at the image to look AT the named
/// object's patch: a push in the right direction while the points are still anywhere.
///
///     loss = 60 · smoothL1(points) + 0.05 · CE(look → patch) + 0.2 · BCE(flags) + 0.1 · CE(intent)
///
/// It learns from TRUE OBJECT POSITIONS, which demonstrations do not hold. It stands for what a
/// published VLM brings along.
///
/// Letters: B images, R instructions an image, N = B·R, Q slots, P patches, H heads.
///
/// Reference: the attention term is after Liu et al., "Attention Correctness in Neural Image
/// Captioning" (2017), supervised attention.
public final class GroundingPretraining {
  /// Ten minutes on two cores.
  public static let defaultSteps = 32_000

  public let model: ToyVLM
  public let schedule: Schedule
  public let scenesPerStep: Int
  public let tasksPerScene: Int
  public internal(set) var stepsDone = 0
  let settings: Settings
  let optimizer: AdamW
  private let renderer: Renderer
  private let firstSeed: UInt64

  /// - Parameters:
  ///   - steps: how many batches of fresh scenes to learn from.
  ///   - seed: another seed sees other scenes.
  public init(_ model: ToyVLM, steps: Int, peak: Float = 3e-3, seed: UInt64 = 0) {
    (self.model, settings) = (model, Settings(steps: steps, seed: seed))
    schedule = Schedule(peak: peak, warmup: min(100, steps / 10), steps: steps, floor: 0.01)
    (scenesPerStep, tasksPerScene) = (32, 4)
    optimizer = AdamW(model.parameters, weightDecay: 0.01)
    renderer = Renderer(size: model.configuration.imageSize)
    firstSeed = Suite.firstPretrainingSeed + seed << 32
  }

  public var isDone: Bool { stepsDone >= schedule.steps }

  /// One step on fresh scenes. Returns the batch's mean loss.
  @discardableResult
  public func step() -> Float {
    let start = firstSeed + UInt64(stepsDone * scenesPerStep)
    let loss = backwardInShards(of: scenesPerStep, microBatch: 8) { scenes in
      let examples = GroundingExamples(
        count: scenes.count, tasksPerScene: tasksPerScene,
        firstSeed: start + UInt64(scenes.lowerBound), alike: 0.5, renderer: renderer)
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

    var places: [Float] = []
    var weights: [Float] = []
    var patches: [Int] = []
    for n in 0..<N {
      for (object, weight) in examples.slots(n) {
        let object = examples.scenes[n / R].objects[object]
        places += [object.x, object.y]
        weights += [weight, weight]
        patches.append(examples.patch(of: object, side: side))
      }
    }
    // Errors are weighted before the loss: an open slot's error counts less.
    let error =
      (found.points - Tensor(places, shape: [N, Q, 2])) * Tensor(weights, shape: [N, Q, 2])
    let points = smoothL1(error, .zeros([N, Q, 2]), width: 0.02)

    let scores = found.firstLook.scores.reshaped([N / R * H * R * Q, -1])  // → [B·H·R·Q, P]
    let rows = (0..<N / R).flatMap { b in  // the same R·Q answers for each head
      (0..<H).flatMap { _ in (0..<R * Q).map { b * R * Q + $0 } }
    }
    let look = crossEntropy(
      scores, targets: rows.map { patches[$0] }, weights: rows.map { weights[2 * $0] })

    let flags = binaryCrossEntropy(
      found.flags, targets: Tensor((0..<N).flatMap(examples.flags), shape: [N, Grounding.flags]))
    let intents = examples.tasks.map { TabletopTask.Intent.allCases.firstIndex(of: $0.intent)! }
    let intent = crossEntropy(found.intent, targets: intents)
    return points * 60 + look * 0.05 + flags * 0.2 + intent * 0.1
  }
}
