import Tensors

/// Progressive unfreezing: train the head first, then one stage after another, the last first.
///
/// The first gradients of a randomly initialized head are noise. If they reach a pre-trained
/// backbone, they distort its features: catastrophic forgetting. So the head is trained alone at
/// first, and the early layers, which hold the most general features, are unfrozen last.
///
/// - Reference: Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification"
///   (2018), §3.3; Kumar et al., "Fine-Tuning Can Distort Pretrained Features" (2022).
public struct ProgressiveUnfreezing {
  /// Groups of parameters, first to last.
  public let stages: [[Tensor]]
  /// The step, counted from 0, at which the last stage is unfrozen.
  public let firstStep: Int
  /// Steps between two stages; 0 unfreezes all of them at once.
  public let interval: Int

  public init(_ stages: [[Tensor]], firstStep: Int, interval: Int) {
    guard firstStep >= 0, interval >= 0 else {
      fatalError("unfreezing: first step \(firstStep), then every \(interval) steps")
    }
    (self.stages, self.firstStep, self.interval) = (stages, firstStep, interval)
  }

  /// The number of stages that are trained at `step`, counted from the last one.
  public func unfrozenCount(at step: Int) -> Int {
    if step < firstStep { return 0 }
    if interval == 0 { return stages.count }
    return min(stages.count, 1 + (step - firstStep) / interval)
  }

  /// Freezes and unfreezes the stages' parameters as `step` requires.
  public func apply(at step: Int) {
    let frozenCount = stages.count - unfrozenCount(at: step)
    for (index, stage) in stages.enumerated() {
      for parameter in stage where !parameter.isPacked { parameter.isFrozen = index < frozenCount }
    }
  }
}
