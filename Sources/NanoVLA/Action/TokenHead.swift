import Tensors

/// The token head: control as classification, for a chunk of steps at once.
///
/// For each of the next K steps and each of A action dimensions it scores B bins; the softmax of the
/// scores says how likely each bin is. Unlike a head that answers with one number, it can say "left
/// or right, but not the middle", and its probabilities are what reinforcement learning will need.
/// Each step of the chunk has a first layer of its own; the layers above are shared.
///
/// Letters: N samples, S state numbers, K steps in a chunk, A action dimensions, B bins, F hidden.
///
/// Reference: Kim et al., "OpenVLA" (2024), section 3.2 (bins as tokens); Zhao et al., "ACT" (2023),
/// section IV (chunks).
public final class TokenHead: Module {
  public let steps: [Linear]  // K of S → F
  public let hidden: Linear  // F → F
  public let output: Linear  // F → A·B
  public let dimensions: Int
  public let bins: Int

  public init(
    inputs: Int, chunk: Int, dimensions: Int, bins: Int, hidden: Int = 128,
    using random: inout SeededRandom
  ) {
    var steps: [Linear] = []
    for _ in 0..<chunk {
      steps.append(Linear(inputs: inputs, outputs: hidden, using: &random))
    }
    self.steps = steps
    self.hidden = Linear(inputs: hidden, outputs: hidden, using: &random)
    output = Linear(inputs: hidden, outputs: dimensions * bins, using: &random)
    // Nearly equal scores at first: the first loss is then ln B.
    output.weight.values = output.weight.values.map { 0.1 * $0 }
    (self.dimensions, self.bins) = (dimensions, bins)
  }

  /// K, the number of steps predicted at once.
  public var chunk: Int { steps.count }

  /// - Parameter state: what the backbone found and the arm feels, [N, S].
  /// - Returns: the score of every bin before the softmax, [N, K, A, B].
  public func callAsFunction(_ state: Tensor) -> Tensor {
    let N = state.dim(0)
    let first = steps.map { $0(state).gelu().reshaped([N, 1, -1]) }  // K × ([N, S] → [N, 1, F])
    let each = Tensor.concatenated(first, axis: 1)  // K × [N, 1, F] → [N, K, F]
      .traced("chunk", "each step of the chunk has a layer of its own")
    let thought = hidden(each).gelu()  // [N, K, F] → [N, K, F]
    return output(thought).reshaped([N, chunk, dimensions, bins])  // → [N, K, A·B] → [N, K, A, B]
      .traced("logits", "a score for every bin of every action number")
  }
}
