import Tensors

/// The first layers of most heads: one state becomes K vectors, one for each step of the chunk.
///
/// Each step has a first layer of its own, since the action now and the action two steps later are
/// different functions of one state; the second layer is shared.
///
/// - Letters: N samples, S state numbers, K steps in a chunk, F hidden.
public final class ChunkEncoder: Module {
  public let steps: [Linear]  // K of S → F
  public let hidden: Linear  // F → F

  public init(inputs: Int, chunk: Int, hidden: Int, using random: inout SeededRandom) {
    guard chunk > 0 else { fatalError("ChunkEncoder: a chunk of \(chunk) steps") }
    var steps: [Linear] = []
    for _ in 0..<chunk {
      steps.append(Linear(inputs: inputs, outputs: hidden, using: &random))
    }
    self.steps = steps
    self.hidden = Linear(inputs: hidden, outputs: hidden, using: &random)
  }

  /// [N, S] → [N, K, F]
  public func callAsFunction(_ state: Tensor) -> Tensor {
    let N = state.dim(0)
    let first = steps.map { $0(state).gelu().reshaped([N, 1, -1]) }  // K × ([N, S] → [N, 1, F])
    let each = Tensor.concatenated(first, axis: 1)  // K × [N, 1, F] → [N, K, F]
      .traced("chunk", "each step of the chunk has a first layer of its own")
    return hidden(each).gelu()  // [N, K, F] → [N, K, F]
  }
}
