import Foundation

/// How the learning rate rises and falls over a training run.
public struct Schedule: Sendable {
  public var peak: Float
  public var warmup: Int
  public var steps: Int
  /// The rate at the end, as a part of the peak.
  public var floor: Float

  /// Rises in a line over `warmup` steps to `peak`, then falls along half a cosine to
  /// `floor · peak` at `steps`.
  public init(peak: Float, warmup: Int = 0, steps: Int, floor: Float = 0) {
    (self.peak, self.warmup, self.steps, self.floor) = (peak, warmup, steps, floor)
  }

  /// The learning rate of step `step`, counted from 0.
  public func callAsFunction(_ step: Int) -> Float {
    if step < warmup { return peak * Float(step + 1) / Float(warmup) }
    let progress = min(1, Float(step - warmup) / Float(max(1, steps - warmup)))
    return peak * (floor + (1 - floor) * 0.5 * (1 + cosf(.pi * progress)))
  }
}
