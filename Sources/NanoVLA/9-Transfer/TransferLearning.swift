import Tensors

/// Transfer learning: a pre-trained backbone and a new head learn a task by a plan.
///
/// One loop for every backbone: the toy VLM, LLaVA, CLIP + GPT-2. It knows nothing of images or
/// actions; a closure says what the loss on some examples is. What learns, how fast and when is the
/// plan's: the backbone is frozen, adapted, or divided into stages; then every step thaws what is
/// due, draws a batch, and moves the parameters.
///
/// Reference: Yosinski et al., "How Transferable Are Features in Deep Neural Networks?" (2014).
public final class TransferLearning {
  /// The mean loss over the examples of these numbers. Several threads call it at once, each with
  /// its own random numbers.
  public typealias Loss = (_ examples: [Int], _ random: inout SeededRandom) -> Tensor

  public let plan: TransferPlan
  public let steps: Int
  public private(set) var stepsDone = 0
  /// How many numbers learn, in the head and in the backbone.
  public let trainedCount: Int
  private let exampleCount: Int
  private let loss: Loss
  private let schedule: Schedule
  private let unfreezing: ProgressiveUnfreezing
  private let optimizer: AdamW
  private var random: SeededRandom

  /// Prepares `backbone`: freezes it, or attaches the plan's adaptations.
  /// - Parameters:
  ///   - head: what is new; all of it learns from the first step on.
  ///   - examples: how many there are.
  ///   - steps: batches to learn from.
  ///   - seed: of the adaptations' first weights, and of the order in which examples come.
  /// - Throws: ``TransferError`` if the plan does not fit the backbone; it is unchanged then.
  public init(
    _ backbone: any Module, head: any Module, plan: TransferPlan, examples: Int, steps: Int,
    seed: UInt64 = 0, loss: @escaping Loss
  ) throws(TransferError) {
    guard examples > 0, steps > 0 else {
      fatalError("transfer learning: \(examples) examples, \(steps) steps")
    }
    random = SeededRandom(seed: seed)
    try plan.prepare(backbone, using: &random)
    head.freeze(false)
    let stages = backbone.stages.compactMap(\.learning)
    let (new, bent) = (head.parameters, stages.flatMap(\.parameters))
    optimizer = AdamW(
      new + bent, rateFactors: new.map { _ in 1 } + plan.rateFactors(stages),
      weightDecay: plan.weightDecay)
    trainedCount = optimizer.parameters.reduce(0) { $0 + $1.count }
    schedule = plan.schedule(steps: steps)
    unfreezing = plan.unfreezing(stages, steps: steps)
    (self.plan, self.steps, self.loss, exampleCount) = (plan, steps, loss, examples)
  }

  /// What learning costs in bytes beside the model itself: a gradient and AdamW's two running means
  /// for each number that learns.
  public var learningBytes: Int { trainedCount * 3 * MemoryLayout<Float>.size }

  /// One step on a random batch. Returns its mean loss, before the step.
  @discardableResult
  public func step() -> Float {
    unfreezing.apply(at: stepsDone)
    let batch = (0..<plan.batchSize).map { _ in random.integer(below: exampleCount) }
    let seed = random.next()
    let mean = backwardInParts(of: batch, parts: plan.accumulation, microBatch: 16) { rows in
      var random = SeededRandom(seed: seed ^ UInt64(rows[0]))
      return loss(rows, &random)
    }
    optimizer.step(learningRate: schedule(stepsDone), maximumNorm: 1)
    stepsDone += 1
    return mean
  }
}

extension TransferPlan {
  /// Makes those of the backbone's parameters learn that the strategy names, and no others.
  func prepare(_ backbone: any Module, using random: inout SeededRandom) throws(TransferError) {
    var draws = SeededRandom(seed: random.next())  // a closure cannot borrow `random` itself
    switch strategy {
    case .freezeBackbone: backbone.freeze()
    case .lora:
      try backbone.adapt(loraTargets) {
        LoRA(for: $0, rank: loraRank, alpha: loraAlpha, using: &draws)
      }
    case .adapterLayers:
      let names = backbone.linearLayers.map(\.name)
      let targets = BottleneckAdapter.targets.filter { target in
        names.contains { target.isPart(of: $0) }
      }
      try backbone.adapt(targets.isEmpty ? BottleneckAdapter.targets : targets) {
        BottleneckAdapter(for: $0, width: adapterWidth, using: &draws)
      }
    case .directFineTuning, .progressiveUnfreezing, .layerwiseRates:
      if let packed = backbone.namedParameters.first(where: { $0.parameter.isPacked }) {
        throw .packed(packed.name, strategy)
      }
      backbone.freeze(false)
    }
  }
}
