import Files
import Foundation
import Tensors

/// The token head: control as classification.
///
/// For each step and each action number it scores B bins; the softmax of the scores says how likely
/// each bin is. Unlike a head that answers with one number, it can say "left or right, but not the
/// middle", and its probabilities are what reinforcement learning will need. It answers with the
/// likeliest bins, or draws: at temperature T from softmax(scores / T), the bolder the hotter.
///
/// Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, B bins, F hidden.
///
/// Reference: Kim et al., "OpenVLA" (2024), section 3.2 (bins as tokens); Li et al., "SimpleVLA-RL"
/// (2025), section 3 (temperature in drawing and in the log-probabilities alike).
public final class TokenHead: ActionHead {
  public static let kind = "tokens"
  public struct Configuration: Codable, Equatable, Sendable {
    /// B
    public var bins = 32
    /// F
    public var hidden = 128
  }
  public let configuration: Configuration
  public let encoder: ChunkEncoder
  public let output: Linear  // F → A·B
  public let dimensions: Int
  public let tokenizer: ActionTokenizer
  /// Of ``actions(for:using:)``; 0 takes the likeliest bins and draws nothing.
  public var temperature: Float = 0

  public init(
    inputs: Int, chunk: Int, dimensions: Int, bins: Int, hidden: Int = 128,
    using random: inout SeededRandom
  ) {
    configuration = Configuration(bins: bins, hidden: hidden)
    encoder = ChunkEncoder(inputs: inputs, chunk: chunk, hidden: hidden, using: &random)
    output = Linear.smallInitialization(inputs: hidden, outputs: dimensions * bins, using: &random)
    tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
    self.dimensions = dimensions
  }

  public convenience init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    self.init(
      inputs: place.inputs, chunk: place.chunk, dimensions: place.space.count,
      bins: configuration.bins, hidden: configuration.hidden, using: &random)
  }

  public static func validationError(
    _ configuration: Configuration, in place: HeadContext
  ) -> PartError? {
    let bins = configuration.bins
    return Limits.bins.contains(bins) ? nil : PartError("bins", "\(bins) is not in \(Limits.bins)")
  }

  public var chunk: Int { encoder.steps.count }
  public var bins: Int { tokenizer.bins }

  /// - Parameter state: [N, S]
  /// - Returns: the score of every bin before the softmax, [N, K, A, B].
  public func callAsFunction(_ state: Tensor) -> Tensor {
    output(encoder(state))  // [N, S] → [N, K, F] → [N, K, A·B]
      .reshaped([state.dim(0), chunk, dimensions, bins])  // [N, K, A·B] → [N, K, A, B]
      .traced("logits", "a score for every bin of every action number")
  }

  /// How surprised the head is by the expert's bins: the mean of −ln p over the real numbers.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    crossEntropy(
      self(state).reshaped([-1, bins]),  // [N, K, A, B] → [N·K·A, B]
      targets: expert.actions.values.map(tokenizer.bin),
      weights: expert.weights.values.flatMap { Array(repeating: $0, count: dimensions) }
    ).traced("loss", "mean surprise at the expert's bins")
  }

  /// Of a head that finds every bin equally likely: ln B.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float { log(Float(bins)) }

  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let chosen = bins(for: state, temperature: temperature, using: &random)  // N·K·A numbers
    let values = chosen.map { Float(tokenizer.center($0)) }
    return Tensor(values, shape: [state.dim(0), chunk, dimensions])  // N·K·A → [N, K, A]
  }

  /// Every number becomes the middle of its bin.
  public func rounded(_ actions: Tensor) -> Tensor {
    let values = actions.values.map { Float(tokenizer.center(tokenizer.bin(of: $0))) }
    return Tensor(values, shape: actions.shape)
  }

  /// Draws a bin for every action number, row-major in [N, K, A].
  public func bins(
    for state: Tensor, temperature: Float, using random: inout SeededRandom
  ) -> [Int] {
    guard temperature > 0 else { return self(state).argmax() }  // [N, K, A, B] → N·K·A numbers
    let chances = (self(state) * (1 / temperature)).softmax().values  // N·K·A·B numbers
    return stride(from: 0, to: chances.count, by: bins).map { first in
      // Walk along the bins until their chances add up to a random share of 1.
      var rest = random.uniform()
      for bin in 0..<bins - 1 {
        rest -= chances[first + bin]
        if rest < 0 { return bin }
      }
      return bins - 1
    }
  }

  /// ln p of the `chosen` bins at `temperature`: N·K·A bins → [N, K, A].
  public func logProbabilities(
    of chosen: [Int], for state: Tensor, temperature: Float
  ) -> Tensor {
    let shape = [state.dim(0), chunk, dimensions]
    guard chosen.count == shape.reduce(1, *), temperature > 0 else {
      fatalError("log-probabilities: \(chosen.count) bins for \(shape) at T = \(temperature)")
    }
    return (self(state) * (1 / temperature)).logSoftmax()  // [N, K, A, B]
      .reshaped([-1, 1])  // [N, K, A, B] → [N·K·A·B, 1]
      .rows(at: chosen.enumerated().map { $0 * bins + $1 })  // → [N·K·A, 1]
      .reshaped(shape)  // [N·K·A, 1] → [N, K, A]
  }
}
