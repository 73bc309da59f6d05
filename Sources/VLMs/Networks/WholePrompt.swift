import Tensors

/// Whole prompts as states, for a head that is the language model itself.
///
/// Prompts differ in length, but the states of a batch have one width: short ones are padded with
/// zeros. The number 1 behind each token's vector marks it as real. Reading a state drops all tokens
/// without the mark, so padding changes no number: the prompt is bit-identical to the one stored.
///
///     state = [token 1, 1, …, token T, 1, 0, …, 0]
///
/// - Letters: N states, L tokens in each with padding, T without it, D width.
/// - Reference: Vaswani et al., "Attention Is All You Need" (2017), §3.2.3, masking. There
///   the mask keeps padding out of the attention; dropped before it, padding costs nothing.
public enum WholePrompt {
  /// The state that stores a prompt: [1, T, D] → [1, T·(D + 1)].
  public static func state(of prompt: Tensor) -> Tensor {
    let marks = Tensor.full([1, prompt.dim(1), 1], 1)
    return Tensor.concatenated([prompt, marks], axis: 2)  // → [1, T, D + 1]
      .reshaped([1, -1])  // [1, T, D + 1] → [1, T·(D + 1)]
  }

  /// The state that stores a prompt and at most D numbers of proprioception, in one more vector with
  /// the mark 2: [1, T, D] → [1, (T + 1)·(D + 1)].
  public static func state(of prompt: Tensor, proprioception: [Float]) -> Tensor {
    let D = prompt.dim(2)
    guard proprioception.count <= D else {
      fatalError("whole prompt: \(proprioception.count) numbers of proprioception, width \(D)")
    }
    let zeros = [Float](repeating: 0, count: D - proprioception.count)
    let last = Tensor(proprioception + zeros + [2], shape: [1, D + 1])
    return .concatenated([state(of: prompt), last], axis: 1)  // → [1, (T + 1)·(D + 1)]
  }

  /// The proprioception in N states, [N, L·(D + 1)]: D numbers each, or none.
  public static func proprioception(in states: Tensor, width D: Int) -> [[Float]] {
    let (row, values) = (states.dim(1), states.values)
    return (0..<states.dim(0)).map { n in
      let starts = stride(from: n * row, to: (n + 1) * row, by: D + 1)
      guard let start = starts.first(where: { values[$0 + D] == 2 }) else { return [] }
      return Array(values[start..<start + D])
    }
  }

  /// The prompts in N states: [N, L·(D + 1)] → N × [1, T, D].
  ///
  /// Of a window of several observations it is their prompts, one after another.
  /// - Parameter D: the width of the language model.
  public static func prompts(in states: Tensor, width D: Int) -> [Tensor] {
    guard states.shape.count == 2, states.dim(1) % (D + 1) == 0 else {
      fatalError("whole prompts: states \(states.shape), not [N, L·\(D + 1)]")
    }
    return (0..<states.dim(0)).map { n in
      let row = states.sliced(axis: 0, n..<n + 1)  // [N, L·(D + 1)] → [1, L·(D + 1)]
      let padded = row.reshaped([-1, D + 1])  // [1, L·(D + 1)] → [L, D + 1]
      let real = (0..<padded.dim(0)).filter { padded[$0, D] == 1 }  // T indices
      return padded.rows(at: real)  // [L, D + 1] → [T, D + 1]
        .sliced(axis: 1, 0..<D).reshaped([1, -1, D])  // [T, D + 1] → [T, D] → [1, T, D]
    }
  }
}
