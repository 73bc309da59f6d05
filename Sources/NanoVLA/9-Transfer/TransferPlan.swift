import Tensors

/// How a pre-trained model shall learn a new task: what may change, how fast, and why.
///
/// A VLM's capabilities suggest one (`TransferPlan(for:)`); every setting can be
/// changed before ``TransferLearning`` carries it out.
public struct TransferPlan: Sendable, Equatable {
  public var strategy: TransferStrategy
  /// Highest learning rate of the new head.
  public var headRate: Float
  /// Highest learning rate of what learns in the backbone: its weights, or its adaptations.
  public var backboneRate: Float
  /// For which share of the steps the head learns alone.
  public var headFirst: Float
  /// For which share of the steps the rates rise.
  public var warmup: Float = 0.05
  /// To which share of the highest rate they fall at the end, along a cosine; 1 keeps them.
  public var floor: Float
  /// Examples a step.
  public var batchSize = 32
  /// Into how many parts a batch is cut to fit into memory.
  public var accumulation: Int
  public var weightDecay: Float = 0.01
  /// r and α of ``LoRA``, and the layers that get one; nil for all linear layers.
  public var loraRank: Int
  public var loraAlpha: Float
  public var loraTargets: [String]?
  /// M of a ``BottleneckAdapter``.
  public var adapterWidth: Int
  /// Of ``LayerwiseRates``.
  public var layerwise = LayerwiseRates()
  /// Why these settings, in sentences.
  public var reasons: [String] = []

  /// A plan with every choice given; a pre-trained VLM's capabilities choose one for you.
  public init(
    strategy: TransferStrategy, headRate: Float, backboneRate: Float, headFirst: Float = 0,
    floor: Float = 0.05, accumulation: Int = 1, loraRank: Int = 4, loraAlpha: Float = 4,
    adapterWidth: Int = 8
  ) {
    (self.strategy, self.headRate, self.backboneRate) = (strategy, headRate, backboneRate)
    (self.headFirst, self.floor, self.accumulation) = (headFirst, floor, accumulation)
    (self.loraRank, self.loraAlpha, self.adapterWidth) = (loraRank, loraAlpha, adapterWidth)
  }

  /// How the head's learning rate rises and falls over `steps`.
  public func schedule(steps: Int) -> Schedule {
    let warmup = Int((Float(steps) * warmup).rounded())
    return Schedule(peak: headRate, warmup: warmup, steps: steps, floor: floor)
  }

  /// Which of `stages`, the parameters that learn in a backbone, learn when.
  public func unfreezing(_ stages: [Stage], steps: Int) -> ProgressiveUnfreezing {
    let first = Int((Float(steps) * headFirst).rounded())
    guard strategy == .progressiveUnfreezing else {
      return ProgressiveUnfreezing(
        [stages.flatMap(\.parameters)], firstStep: first, interval: 0)
    }
    // The stages share three quarters of the run, so that the earliest has time to learn too.
    let interval = max(1, (steps * 3 / 4 - first) / max(1, stages.count))
    return ProgressiveUnfreezing(stages.map(\.parameters), firstStep: first, interval: interval)
  }

  /// What each learning rate in the backbone is multiplied by to get from the head's to its own.
  public func rateFactors(_ stages: [Stage]) -> [Float] {
    let ratio = backboneRate / headRate
    let factors =
      strategy == .layerwiseRates
      ? layerwise.factors(of: stages) : stages.flatMap { $0.parameters.map { _ in 1 } }
    return factors.map { $0 * ratio }
  }
}
