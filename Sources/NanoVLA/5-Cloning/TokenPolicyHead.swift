import Tensors

/// A head that outputs a distribution over B tokens for every action number. Reinforcement learning
/// samples from it and changes it.
///
/// - Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, B tokens.
public protocol TokenPolicyHead: ActionHead {
  /// The logits of all tokens: [N, S] → [N, K, A, B].
  func callAsFunction(_ state: Tensor) -> Tensor
  /// The normalized action number that a token stands for.
  func value(of token: Int) -> Float
}

extension TokenPolicyHead {
  /// ln p of all tokens at `temperature`: [N, S] → [N, K, A, B].
  public func logProbabilities(for state: Tensor, temperature: Float) -> Tensor {
    (self(state) * (1 / temperature)).logSoftmax()  // [N, K, A, B] → [N, K, A, B]
  }

  /// Samples a token for every number of [N, K, A], row-major; at temperature 0 the most probable.
  public func bins(
    for state: Tensor, temperature: Float, using random: inout SeededRandom
  ) -> [Int] {
    self(state).sampled(temperature: temperature, using: &random)  // [N, S] → N·K·A numbers
  }

  /// ln p of the `chosen` tokens at `temperature`: N·K·A tokens → [N, K, A].
  public func logProbabilities(
    of chosen: [Int], for state: Tensor, temperature: Float
  ) -> Tensor {
    let shape = [state.dim(0), chunk, dimensions]
    guard chosen.count == shape.reduce(1, *), temperature > 0 else {
      fatalError("log-probabilities: \(chosen.count) bins for \(shape) at T = \(temperature)")
    }
    let all = logProbabilities(for: state, temperature: temperature)  // [N, K, A, B]
    let B = all.dim(3)
    return all.reshaped([-1, 1])  // [N, K, A, B] → [N·K·A·B, 1]
      .rows(at: chosen.enumerated().map { $0 * B + $1 })  // → [N·K·A, 1]
      .reshaped(shape)  // [N·K·A, 1] → [N, K, A]
  }
}

extension Tensor {
  /// One class of each row, sampled from softmax(self / T); at T = 0 the most probable: [..., C] → …
  package func sampled(temperature T: Float, using random: inout SeededRandom) -> [Int] {
    guard T > 0 else { return argmax() }
    let C = shape[shape.count - 1]
    let probabilities = (self * (1 / T)).softmax().values
    return stride(from: 0, to: probabilities.count, by: C).map { first in
      // The first class at which the cumulative probability exceeds a uniform number.
      var rest = random.uniform()
      for c in 0..<C {
        rest -= probabilities[first + c]
        if rest < 0 { return c }
      }
      // Rounded, the sum may be below 1; NaN has no class, and its reader reports it.
      return (0..<C).last { probabilities[first + $0] > 0 } ?? C - 1
    }
  }
}
