/// Layer-wise learning rates: the earlier a layer, the smaller its steps.
///
/// Early layers hold what all tasks share, so they should move least. The last stage learns at the
/// full rate, the one before it at `decay` times that, and so on down.
///
///     η_s = η · decay^(S − 1 − s),  s = 0 … S − 1
///
/// Letters: S stages, first to last.
///
/// Reference: Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification"
/// (2018), section 3.2, discriminative fine-tuning; their decay is 1/2.6.
public struct LayerwiseRates: Sendable, Equatable {
  public var decay: Float

  public init(decay: Float = 0.7) { self.decay = decay }

  /// What each parameter's rate is multiplied by, in the order of the stages' parameters.
  public func factors(of stages: [Stage]) -> [Float] {
    var factor: Float = 1
    var fromTheTop: [[Float]] = []
    for stage in stages.reversed() {
      fromTheTop.append(Array(repeating: factor, count: stage.parameters.count))
      factor *= decay
    }
    return fromTheTop.reversed().flatMap { $0 }
  }
}
