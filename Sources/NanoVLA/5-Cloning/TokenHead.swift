import Foundation
import Tensors

/// The token head: control as classification.
///
/// For each step and each action number it outputs logits for B bins; their softmax is the
/// probability of each bin. Unlike a head that outputs one number, it can put probability on left
/// and on right and none on the middle, and reinforcement learning needs its probabilities. The
/// action is greedy, the most probable bins, or sampled at temperature T.
///
///     p = softmax(logits / T)        loss = mean of −ln p(expert's bin) at T = 1
///
/// - Letters: N samples, S state numbers, K steps, A action dimensions, B bins, F hidden.
/// - Reference: Kim et al., "OpenVLA" (2024), §3.2 (bins as tokens); Li et al.,
///   "SimpleVLA-RL" (2025), §3 (temperature in sampling and in the log-probabilities alike).
public final class TokenHead: TokenPolicyHead {
  public static let kind = "tokens"
  public struct Configuration: Codable, Equatable, Sendable {
    public var bins, hidden: Int  // B, F
    public init(bins: Int = 32, hidden: Int = 128) { (self.bins, self.hidden) = (bins, hidden) }
  }
  public let configuration: Configuration
  public let encoder: ChunkEncoder
  public let output: Linear  // F → A·B
  public let dimensions: Int
  public let tokenizer: ActionTokenizer
  /// T of ``actions(for:using:)``; 0 is greedy.
  public var temperature: Float = 0

  public init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    let (B, F) = (configuration.bins, configuration.hidden)
    (self.configuration, dimensions) = (configuration, place.space.count)
    encoder = ChunkEncoder(inputs: place.inputs, chunk: place.chunk, hidden: F, using: &random)
    output = .smallInitialization(inputs: F, outputs: place.space.count * B, using: &random)
    tokenizer = ActionTokenizer(bins: B, vocabulary: B)
  }

  public var chunk: Int { encoder.steps.count }
  public var bins: Int { tokenizer.bins }  // B

  /// The logits of all bins: [N, S] → [N, K, A, B].
  public func callAsFunction(_ state: Tensor) -> Tensor {
    output(encoder(state))  // [N, S] → [N, K, F] → [N, K, A·B]
      .reshaped([state.dim(0), chunk, dimensions, bins])  // [N, K, A·B] → [N, K, A, B]
      .traced("logits", "a logit for every bin of every action number")
  }

  /// The cross-entropy of the expert's bins: the mean of −ln p over the numbers of real steps.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    crossEntropy(
      self(state).reshaped([-1, bins]),  // [N, K, A, B] → [N·K·A, B]
      targets: expert.actions.values.map(tokenizer.bin),
      weights: expert.weights.values.flatMap { Array(repeating: $0, count: dimensions) }
    ).traced("loss", "cross-entropy of the expert's bins")
  }

  /// ln B: all bins have the same probability.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float { log(Float(bins)) }

  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let chosen = bins(for: state, temperature: temperature, using: &random)  // N·K·A bins
    return Tensor(chosen.map(value), shape: [state.dim(0), chunk, dimensions])  // → [N, K, A]
  }

  public func quantized(_ actions: Tensor) -> Tensor {
    Tensor(actions.values.map { value(of: tokenizer.bin(of: $0)) }, shape: actions.shape)
  }

  /// The action number that a bin stands for.
  public func value(of bin: Int) -> Float { Float(tokenizer.center(bin)) }
}
