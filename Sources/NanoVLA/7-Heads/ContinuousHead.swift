import Tensors

/// The continuous head: regression. Each action number is predicted as it is.
///
/// The error decides WHICH number is best when the expert did not always do the same. The squared
/// error wants the mean of what it did; the absolute error wants the median. If it went left half of
/// the time and right the other half, the mean goes straight ahead, into what the expert went round.
///
/// The absolute error pulls equally hard however near it is, and rare actions (a gripper that closes
/// once an episode) are outvoted for long. Normalizing what the last layer reads lets it follow them.
///
/// Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, F hidden.
///
/// Reference: Zhao et al., "ACT" (2023), section IV.C, on L1 over L2.
public final class ContinuousHead: ActionHead {
  public static let kind = "continuous"
  public struct Configuration: Codable, Equatable, Sendable {
    public var error = Error.absolute
    /// F
    public var hidden = 128
  }
  public let configuration: Configuration
  /// What training makes small.
  public enum Error: String, Sendable, Codable {
    /// L1, the mean of |prediction − action|: its best answer is the median.
    case absolute
    /// MSE, the mean of (prediction − action)²: its best answer is the mean.
    case squared

    /// - Returns: the error of every number, in the shape of `difference`.
    func callAsFunction(_ difference: Tensor) -> Tensor {
      self == .absolute ? difference.abs() : difference.squared()
    }
  }

  public let encoder: ChunkEncoder
  public let norm: LayerNorm
  public let output: Linear  // F → A
  public let dimensions: Int
  public let error: Error

  public init(
    inputs: Int, chunk: Int, dimensions: Int, error: Error, hidden: Int = 128,
    using random: inout SeededRandom
  ) {
    configuration = Configuration(error: error, hidden: hidden)
    encoder = ChunkEncoder(inputs: inputs, chunk: chunk, hidden: hidden, using: &random)
    norm = LayerNorm(width: hidden)
    output = Linear.smallInitialization(
      inputs: hidden, outputs: dimensions, scale: 0.01, using: &random)
    (self.dimensions, self.error) = (dimensions, error)
  }

  public convenience init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    self.init(
      inputs: place.inputs, chunk: place.chunk, dimensions: place.space.count,
      error: configuration.error, hidden: configuration.hidden, using: &random)
  }

  public var chunk: Int { encoder.steps.count }

  /// [N, S] → [N, K, A]
  public func callAsFunction(_ state: Tensor) -> Tensor {
    let thought = norm(encoder(state))  // [N, S] → [N, K, F]
    return output(thought)  // [N, K, F] → [N, K, A]
      .traced("actions", "the numbers themselves")
  }

  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    expert.mean(of: error(self(state) - expert.actions))  // [N, K, A] → one number
      .traced("loss", "mean \(error) error")
  }

  /// Of a head that answers 0: the mean of |a| or of a².
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    expert.mean(of: error(expert.actions)).item
  }

  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor { self(state) }
}
