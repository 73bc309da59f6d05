#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A learning rate schedule: linear warmup, then cosine decay.
///
/// η(s) = peak · (s + 1)/warmup for s < warmup, then
/// η(s) = peak · (floor + (1 − floor) · ½(1 + cos(π (s − warmup)/(steps − warmup)))).
/// The warmup lets the optimizer's moments settle before the steps get large; the decay lets the
/// weights settle at the end.
/// Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017),
/// section 3, without restarts.
public struct Schedule: Sendable {
  /// The highest learning rate.
  public var peak: Float
  /// The number of steps of the linear rise.
  public var warmup: Int
  /// The number of steps of the whole training.
  public var steps: Int
  /// The final learning rate as a fraction of ``peak``.
  public var floor: Float

  /// A schedule that rises over `warmup` steps to `peak` and falls to `floor · peak` at `steps`.
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
