import Foundation
import Tensors

/// The flow-matching head: an action is where a current carries noise.
///
/// Mix an expert's chunk with noise, more of it the larger t is, and learn at every place of the
/// mixture which way leads from the action to the noise. To act, start in pure noise and swim against
/// that current in ten small steps. Where two actions are equally good, the current parts, and chance
/// decides at the start which of them is reached: all K·A numbers of ONE of them, not their mean.
///
///     xₜ = t·ε + (1 − t)·a        the loss: (v(xₜ, t) − (ε − a))²        acting: x ← x − v(x, t)/10
///
/// Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, E numbers for the
/// time t, F hidden; a action, ε noise, v velocity.
///
/// Reference: Black et al., "π0" (2024), section IV; Physical-Intelligence/openpi, models/pi0.py, where
/// t = 1 is noise. (The paper's time runs the other way.) Left out: the transformer around it.
public final class FlowMatchingHead: ActionHead {
  public static let kind = "flow"
  public struct Configuration: Codable, Equatable, Sendable {
    /// F
    public var hidden = 256
  }
  public let configuration: Configuration
  public let input: Linear  // S + K·A + E → F
  public let hidden: Linear  // F → F
  public let output: Linear  // F → K·A
  public let chunk: Int
  public let dimensions: Int
  /// How many steps lead from noise to an action.
  public var integrationSteps = 10
  private static let timeWidth = 32  // E

  public init(
    inputs: Int, chunk: Int, dimensions: Int, hidden: Int = 256, using random: inout SeededRandom
  ) {
    (self.chunk, self.dimensions) = (chunk, dimensions)
    configuration = Configuration(hidden: hidden)
    let size = chunk * dimensions
    input = Linear(inputs: inputs + size + Self.timeWidth, outputs: hidden, using: &random)
    self.hidden = Linear(inputs: hidden, outputs: hidden, using: &random)
    output = Linear.smallInitialization(inputs: hidden, outputs: size, using: &random)
  }

  public convenience init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    self.init(
      inputs: place.inputs, chunk: place.chunk, dimensions: place.space.count,
      hidden: configuration.hidden, using: &random)
  }

  /// Which way the noise lies, and how fast it comes nearer.
  /// - Parameters:
  ///   - x: actions mixed with noise, [N, K, A].
  ///   - t: how much of each is noise, N numbers from 0 to 1.
  ///   - state: [N, S]
  /// - Returns: [N, K, A]
  public func velocity(_ x: Tensor, at t: [Float], _ state: Tensor) -> Tensor {
    let N = state.dim(0)
    let time = timeEncoding(t, width: Self.timeWidth)  // N numbers → [N, E]
    let noisy = x.reshaped([N, -1])  // [N, K, A] → [N, K·A]
    let all = Tensor.concatenated([state, noisy, time], axis: 1)  // → [N, S + K·A + E]
      .traced("mixture", "the state, the noisy actions, the time")
    return output(hidden(input(all).gelu()).gelu())  // [N, S + K·A + E] → [N, F] → [N, K·A]
      .reshaped([N, chunk, dimensions])  // [N, K·A] → [N, K, A]
      .traced("velocity", "which way the noise lies")
  }

  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    let moments = (0..<state.dim(0)).map { _ in Self.moment(using: &random) }
    let noise = Tensor.normal(expert.actions.shape, scale: 1, using: &random)  // [N, K, A]
    let t = Tensor(moments, shape: [moments.count, 1, 1])
    let mixed = t * noise + (1 - t) * expert.actions  // [N, 1, 1] · [N, K, A] → [N, K, A]
    let target = noise - expert.actions
    return expert.mean(of: (velocity(mixed, at: moments, state) - target).squared())
      .traced("loss", "mean squared error of the velocity")
  }

  /// Of a head that answers 0: the mean of (ε − a)², which is 1 + the mean of a².
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
    return x.traced("actions", "where the current began")
  }

  /// t ~ Beta(1.5, 1)·0.999 + 0.001: more often near 1, where all is noise and the coarse direction
  /// is learned. The chance that Beta(1.5, 1) is below x is x^1.5, so x = u^(1/1.5) for a uniform u.
  static func moment(using random: inout SeededRandom) -> Float {
    pow(random.uniform(), 1 / 1.5) * 0.999 + 0.001
  }
}
