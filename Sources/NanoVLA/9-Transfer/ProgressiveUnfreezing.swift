import Tensors

/// Progressive unfreezing: the backbone thaws from its end to its beginning.
///
/// A new head knows nothing, and its first gradients are noise. Sent through a pre-trained backbone
/// at once, they would wreck it. So the head learns alone at first; then the last stage joins in,
/// then the one before it. By the time the early layers may move, there is little left to correct.
///
/// One stage in all is the plain form of the same idea: first the head, then everything.
///
/// Reference: Howard and Ruder (2018), section 3.3, gradual unfreezing; Kumar et al., "Fine-Tuning
/// Can Distort Pretrained Features" (2022), on why the head should come first.
public struct ProgressiveUnfreezing {
  /// Groups of parameters, first to last.
  public let stages: [[Tensor]]
  /// The step at which the last stage thaws.
  public let firstStep: Int
  /// Steps from one stage's thaw to the next.
  public let interval: Int

  public init(_ stages: [[Tensor]], firstStep: Int, interval: Int) {
    guard firstStep >= 0, interval >= 0 else {
      fatalError("unfreezing: first step \(firstStep), then every \(interval)")
    }
    (self.stages, self.firstStep, self.interval) = (stages, firstStep, interval)
  }

  /// How many stages may learn in step `step`, counted from 0.
  public func thawed(at step: Int) -> Int {
    if step < firstStep { return 0 }
    if interval == 0 { return stages.count }
    return min(stages.count, 1 + (step - firstStep) / interval)
  }

  /// Freezes the stages that have to wait in step `step`, and thaws the others.
  public func apply(at step: Int) {
    let waiting = stages.count - thawed(at: step)
    for (index, stage) in stages.enumerated() {
      for parameter in stage where !parameter.isPacked { parameter.isFrozen = index < waiting }
    }
  }
}
