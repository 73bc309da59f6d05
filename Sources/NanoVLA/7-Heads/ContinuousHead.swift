import Tensors

/// The continuous head: regression. Each action number is predicted directly.
///
/// The loss decides which number is best when the expert did not always do the same: the squared
/// error is smallest at the mean of the expert's actions, the absolute error at their median. If
/// the expert went left half of the time and right the other half, the mean goes straight ahead,
/// into the obstacle that the expert avoided.
///
/// The gradient of the absolute error does not grow with the error, so that rare actions (a gripper
/// that closes once per episode) are learned late; a layer norm before the last layer helps.
///
///     loss = mean |prediction − action|      or      mean (prediction − action)²
///
/// - Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, F hidden.
/// - Reference: Zhao et al., "ACT" (2023), §IV.C, on L1 over L2.
public final class ContinuousHead: ActionHead {
  /// The error that the loss averages.
  public enum Error: String, Sendable, Codable {
    /// L1, |prediction − action|, or MSE, (prediction − action)².
    case absolute, squared

    /// The error of every number, in the shape of `difference`.
    func callAsFunction(_ difference: Tensor) -> Tensor {
      self == .absolute ? difference.abs() : difference.squared()
    }
  }

  public static let kind = "continuous"
  public struct Configuration: Codable, Equatable, Sendable {
    public var error: Error
    public var hidden: Int  // F
    public init(error: Error, hidden: Int = 128) { (self.error, self.hidden) = (error, hidden) }
  }
  public let configuration: Configuration
  public let encoder: ChunkEncoder
  public let norm: LayerNorm
  public let output: Linear  // F → A
  public let dimensions: Int
  public var error: Error { configuration.error }

  public init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    let F = configuration.hidden
    (self.configuration, dimensions) = (configuration, place.space.count)
    encoder = ChunkEncoder(inputs: place.inputs, chunk: place.chunk, hidden: F, using: &random)
    norm = LayerNorm(width: F)
    output = .smallInitialization(
      inputs: F, outputs: place.space.count, scale: 0.01, using: &random)
  }

  public var chunk: Int { encoder.steps.count }

  /// [N, S] → [N, K, A]
  public func callAsFunction(_ state: Tensor) -> Tensor {
    output(norm(encoder(state)))  // [N, S] → [N, K, F] → [N, K, A]
      .traced("actions", "predicted directly")
  }

  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    expert.mean(of: error(self(state) - expert.actions))  // [N, K, A] → one number
      .traced("loss", "mean \(error) error")
  }

  /// The mean of |a| or of a²: the untrained head predicts about 0.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    expert.mean(of: error(expert.actions)).item
  }

  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor { self(state) }
}
