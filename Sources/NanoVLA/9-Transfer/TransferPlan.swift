import Tensors

/// Which weights of a pre-trained model are trained on a new task.
///
/// The more of them, the better the model can fit the new task and the more it can forget of the
/// old one (catastrophic forgetting). The raw values are short names for tables and results.
public enum TransferStrategy: String, CaseIterable, Sendable, Codable {
  /// Every weight.
  case directFineTuning = "direct"
  /// Only a low-rank update of each layer: ``LoRA``.
  case lora
  /// Only two small layers after some of the layers: ``BottleneckAdapter``.
  case adapterLayers = "adapters"
  /// First the new head, then one stage of the backbone after another: ``ProgressiveUnfreezing``.
  case progressiveUnfreezing = "progressive"
  /// Only the new head.
  case freezeBackbone = "freeze"
  /// Every weight, the early layers with smaller learning rates: ``LayerwiseRates``.
  case layerwiseRates = "layerwise"
}

/// The settings for training a pre-trained backbone and a new head on a new task.
///
/// `TransferPlan(for:)` of VLMs chooses one from a VLM's capabilities. Every setting can be changed
/// before ``TransferLearning`` carries the plan out.
public struct TransferPlan: Sendable, Equatable {
  public var strategy: TransferStrategy
  /// Highest learning rates of the new head, and of the backbone's weights or adaptations.
  public var headRate, backboneRate: Float
  /// The fractions of the steps in which the head is trained alone, and in which the rates rise.
  public var headFirst: Float, warmup: Float = 0.05
  /// The final learning rates as a fraction of the highest ones, after a cosine decay.
  public var floor: Float
  /// Examples per step, and the number of parts into which they are cut to fit into memory.
  public var batchSize = 32, accumulation: Int
  public var weightDecay: Float = 0.01
  /// r and α of ``LoRA``, and the layers that get one; nil for all linear layers.
  public var loraRank: Int, loraAlpha: Float, loraTargets: [String]?
  /// M of a ``BottleneckAdapter``, and the rates of ``TransferStrategy/layerwiseRates``.
  public var adapterWidth: Int, layerwise = LayerwiseRates()
  /// Why these settings, in sentences.
  public var reasons: [String] = []

  /// A plan with every choice given.
  public init(
    strategy: TransferStrategy, headRate: Float, backboneRate: Float, headFirst: Float = 0,
    floor: Float = 0.05, accumulation: Int = 1, loraRank: Int = 4, loraAlpha: Float = 4,
    adapterWidth: Int = 8
  ) {
    (self.strategy, self.headRate, self.backboneRate) = (strategy, headRate, backboneRate)
    (self.headFirst, self.floor, self.accumulation) = (headFirst, floor, accumulation)
    (self.loraRank, self.loraAlpha, self.adapterWidth) = (loraRank, loraAlpha, adapterWidth)
  }

  /// The head's learning rate over `steps`.
  public func schedule(steps: Int) -> Schedule {
    let warmup = Int((Float(steps) * warmup).rounded())
    return Schedule(peak: headRate, warmup: warmup, steps: steps, floor: floor)
  }

  /// When each of `stages`, the trainable parameters of a backbone, is trained.
  public func unfreezing(_ stages: [Stage], steps: Int) -> ProgressiveUnfreezing {
    let first = Int((Float(steps) * headFirst).rounded())
    guard strategy == .progressiveUnfreezing else {
      return ProgressiveUnfreezing([stages.flatMap(\.parameters)], firstStep: first, interval: 0)
    }
    // All stages are unfrozen after 3/4 of the run, so that the earliest has time to learn too.
    let interval = max(1, (steps * 3 / 4 - first) / max(1, stages.count))
    return ProgressiveUnfreezing(stages.map(\.parameters), firstStep: first, interval: interval)
  }

  /// The ratio of each parameter's learning rate to the head's, in the order of the stages.
  public func rateFactors(_ stages: [Stage]) -> [Float] {
    let ratio = backboneRate / headRate
    let factors =
      strategy == .layerwiseRates
      ? layerwise.factors(of: stages) : stages.flatMap { $0.parameters.map { _ in 1 } }
    return factors.map { $0 * ratio }
  }
}
