import Foundation
import Tensors

/// The flow-matching head: a velocity field carries noise to actions.
///
/// Mix an expert's chunk with noise, more of it the larger the time t is, and learn the velocity
/// from the action to the noise. To act, start from pure noise at t = 1 and integrate back to t = 0
/// with Euler's method. Where two actions are equally good, the field splits, and the initial noise
/// decides which one is reached: all K·A numbers of one action, not the mean of both.
///
///     xₜ = t·ε + (1 − t)·a        loss = (v(xₜ, t) − (ε − a))²        Euler step: x ← x − v(x, t)/10
///
/// - Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, E time features,
///   F hidden; a action, ε noise, v velocity.
/// - Reference: Black et al., "π0" (2024), §IV; Physical-Intelligence/openpi, models/pi0.py,
///   where t = 1 is noise (the paper's time runs the other way). Left out: its transformer.
public final class FlowMatchingHead: ActionHead {
  public static let kind = "flow"
  public struct Configuration: Codable, Equatable, Sendable {
    public var hidden: Int  // F
    public init(hidden: Int = 256) { self.hidden = hidden }
  }
  public let configuration: Configuration
  public let input: Linear  // S + K·A + E → F
  public let hidden: Linear  // F → F
  public let output: Linear  // F → K·A
  public let chunk: Int
  public let dimensions: Int
  /// The number of Euler steps from noise to an action.
  public var integrationSteps = 10
  private static let timeWidth = 32  // E

  public init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    (chunk, dimensions) = (place.chunk, place.space.count)
    self.configuration = configuration
    let (F, size) = (configuration.hidden, place.chunk * place.space.count)
    input = Linear(inputs: place.inputs + size + Self.timeWidth, outputs: F, using: &random)
    hidden = Linear(inputs: F, outputs: F, using: &random)
    output = .smallInitialization(inputs: F, outputs: size, using: &random)
  }

  /// The velocity field v(x, t) in `state` [N, S]: actions mixed with noise, and N times from 0
  /// (action) to 1 (noise) → [N, K, A].
  public func velocity(_ x: Tensor, at t: [Float], _ state: Tensor) -> Tensor {
    let N = state.dim(0)
    let time = timeEncoding(t, width: Self.timeWidth)  // N numbers → [N, E]
    let noisy = x.reshaped([N, -1])  // [N, K, A] → [N, K·A]
    let all = Tensor.concatenated([state, noisy, time], axis: 1)  // → [N, S + K·A + E]
      .traced("mixture", "the state, the noisy actions, the time")
    return output(hidden(input(all).gelu()).gelu())  // [N, S + K·A + E] → [N, F] → [N, K·A]
      .reshaped([N, chunk, dimensions])  // [N, K·A] → [N, K, A]
      .traced("velocity", "the direction from action to noise")
  }

  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    let times = (0..<state.dim(0)).map { _ in Self.time(using: &random) }
    let noise = Tensor.normal(expert.actions.shape, scale: 1, using: &random)  // [N, K, A]
    let t = Tensor(times, shape: [times.count, 1, 1])
    let mixed = t * noise + (1 - t) * expert.actions  // [N, 1, 1] · [N, K, A] → [N, K, A]
    let target = noise - expert.actions
    return expert.mean(of: (velocity(mixed, at: times, state) - target).squared())
      .traced("loss", "mean squared error of the velocity")
  }

  /// The mean of (ε − a)², which is 1 + the mean of a²: the untrained head predicts about 0.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    1 + expert.mean(of: expert.actions.squared()).item
  }

  /// Euler's method from t = 1 to t = 0.
  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let N = state.dim(0)
    var x = Tensor.normal([N, chunk, dimensions], scale: 1, using: &random)  // [N, K, A]
    for step in 0..<integrationSteps {
      let t = 1 - Float(step) / Float(integrationSteps)
      x = x - velocity(x, at: Array(repeating: t, count: N), state) * (1 / Float(integrationSteps))
    }
    return x.traced("actions", "where the flow ends")
  }

  /// t ~ Beta(1.5, 1)·0.999 + 0.001: more often near 1, where x is mostly noise and the coarse
  /// direction is learned. Its cumulative distribution is t^1.5, so t = u^(1/1.5) for a uniform u.
  public static func time(using random: inout SeededRandom) -> Float {
    pow(random.uniform(), 1 / 1.5) * 0.999 + 0.001
  }
}

/// Times as sines and cosines: near times have near features, and small differences remain visible.
///
/// - Letters: N times between 0 and 1, E features.
/// - Reference: Physical-Intelligence/openpi, src/openpi/models/pi0.py, `posemb_sincos`.
public func timeEncoding(
  _ times: [Float], width: Int, periods: ClosedRange<Double> = 4e-3...4
) -> Tensor {
  guard width >= 4, width % 2 == 0 else { fatalError("timeEncoding: \(width) is not even, ≥ 4") }
  let growth = periods.upperBound / periods.lowerBound
  let waves = (0..<width / 2).map {
    periods.lowerBound * pow(growth, Double($0) / Double(width / 2 - 1))
  }
  let values = times.flatMap { time -> [Float] in
    let angles = waves.map { 2 * Double.pi * Double(time) / $0 }
    return angles.map { Float(sin($0)) } + angles.map { Float(cos($0)) }
  }
  return Tensor(values, shape: [times.count, width])  // [N, E]
}
