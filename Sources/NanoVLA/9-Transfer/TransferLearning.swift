import Tensors

/// Transfer learning: a pre-trained backbone and a new head are trained on a new task by a plan.
///
/// One loop for every backbone: the toy VLM, LLaVA, CLIP + GPT-2. A closure computes the loss, so
/// the loop does not depend on images or actions. The plan says what is trained, when, and with
/// which learning rate: the backbone is frozen, adapted, or divided into stages; then every step
/// unfreezes what is due, draws a batch, and updates the parameters.
///
/// - Reference: Yosinski et al., "How Transferable Are Features in Deep Neural Networks?" (2014).
public final class TransferLearning {
  /// The mean loss over the examples with these indices; several threads call it at once.
  public typealias Loss = (_ examples: [Int], _ random: inout SeededRandom) -> Tensor
  public let plan: TransferPlan
  public let steps: Int
  public private(set) var stepsDone = 0
  /// The number of trained values, in the head and in the backbone.
  public let trainableCount: Int
  private let exampleCount: Int
  private let loss: Loss
  private let schedule: Schedule
  private let unfreezing: ProgressiveUnfreezing
  private let optimizer: AdamW
  private var random: SeededRandom

  /// Prepares `backbone`: freezes it, or attaches the plan's adaptations. All of `head`, the new
  /// part, is trained from the first step on. `seed` fixes the adaptations and the order.
  /// - Throws: ``TransferError`` if the plan does not fit the backbone, which is unchanged then.
  public init(
    _ backbone: any Module, head: any Module, plan: TransferPlan, examples: Int, steps: Int,
    seed: UInt64 = 0, loss: @escaping Loss
  ) throws(TransferError) {
    guard examples > 0, steps > 0 else {
      fatalError("transfer learning: \(examples) examples, \(steps) steps")
    }
    var plan = plan
    if head.parameters.isEmpty { plan.headFirst = 0 }  // no head to train before the backbone
    guard plan.strategy != .freezeBackbone || !head.parameters.isEmpty else { throw .trainsNothing }
    random = SeededRandom(seed: seed)
    try plan.prepare(backbone, using: &random)
    head.freeze(false)
    let stages = backbone.stages.compactMap(\.trainable)
    let (new, pretrained) = (head.parameters, stages.flatMap(\.parameters))
    optimizer = AdamW(
      new + pretrained, rateFactors: new.map { _ in 1 } + plan.rateFactors(stages),
      weightDecay: plan.weightDecay)
    trainableCount = optimizer.parameters.reduce(0) { $0 + $1.count }
    schedule = plan.schedule(steps: steps)
    unfreezing = plan.unfreezing(stages, steps: steps)
    (self.plan, self.steps, self.loss, exampleCount) = (plan, steps, loss, examples)
  }

  /// Bytes for training beside the model: a gradient and AdamW's two means for each trained value.
  public var trainingBytes: Int { trainableCount * 3 * MemoryLayout<Float>.size }

  /// Trains on one random batch. Returns its mean loss before the update.
  @discardableResult
  public func step() -> Float {
    unfreezing.apply(at: stepsDone)
    let batch = (0..<plan.batchSize).map { _ in random.integer(below: exampleCount) }
    let seed = random.next()
    let mean = accumulateGradients(of: batch, parts: plan.accumulation, microBatch: 16) { rows in
      var random = SeededRandom(seed: seed ^ UInt64(rows[0]))
      return loss(rows, &random)
    }
    optimizer.step(learningRate: schedule(stepsDone), maximumNorm: 1)
    stepsDone += 1
    return mean
  }
}

extension TransferPlan {
  /// Makes the strategy's parameters of the backbone trainable and freezes all others.
  func prepare(_ backbone: any Module, using random: inout SeededRandom) throws(TransferError) {
    var draws = SeededRandom(seed: random.next())  // a closure cannot capture `random` itself
    switch strategy {
    case .freezeBackbone: backbone.freeze()
    case .lora:
      try backbone.adapt(loraTargets) {
        LoRA(for: $0, rank: loraRank, alpha: loraAlpha, using: &draws)
      }
    case .adapterLayers:
      let names = backbone.linearLayers.map(\.name)
      let targets = BottleneckAdapter.targets.filter { names.contains(where: $0.matches) }
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

/// A plan or a target that does not fit the backbone.
public enum TransferError: Error, Equatable, CustomStringConvertible {
  case noSuchLayer(String, nearest: [String])
  case alreadyAdapted(String)
  case packed(String, TransferStrategy), trainsNothing

  public var description: String {
    switch self {
    case .noSuchLayer(let target, let nearest):
      "no linear layer has a name with “\(target.prefix(60))”; the nearest are "
        + nearest.joined(separator: ", ")
    case .trainsNothing: "the head has no weights and the backbone is frozen; use lora or direct"
    case .alreadyAdapted(let name):
      "layer \(name) already has an adaptation; call removeAdaptations() first"
    case .packed(let name, let strategy):
      "the values of \(name) stay packed in their file, so \(strategy.rawValue) cannot change "
        + "them; use lora, adapters or freeze, or read the checkpoint unpacked"
    }
  }
}
