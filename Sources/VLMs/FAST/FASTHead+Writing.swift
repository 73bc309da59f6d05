import NanoVLA
import Tensors

/// From a state to tokens to actions, and from actions to tokens.
extension FASTHead {
  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    chunks(of: write(for: state, isFree: isFree, temperature: temperature, using: &random))
  }

  /// Writes the tokens of N chunks; see ``FASTTokenizer/write(_:isFree:temperature:using:logits:)``.
  /// - Parameter state: [N, S]
  public func write(
    for state: Tensor, isFree: Bool = false, temperature: Float, using random: inout SeededRandom
  ) -> [[Int]] {
    let (N, cache) = (state.dim(0), language.emptyCache())
    return tokenizer.write(N, isFree: isFree, temperature: temperature, using: &random) {
      texts, _ in
      let isFirst = cache.length == 0
      let next = isFirst ? encoder(state) : embed(texts, last: 1)  // → [N, T, D], then [N, 1, D]
      let hidden = language(next, cache: cache)
      let end = hidden.dim(1)
      return language.logits(hidden.sliced(axis: 1, end - 1..<end)).reshaped([N, -1])  // → [N, V]
    }
  }

  public func quantized(_ actions: Tensor) -> Tensor { chunks(of: tokens(of: actions)) }

  /// [N, T, A] → N texts.
  package func tokens(of actions: Tensor) -> [[Int]] {
    let (values, T, A) = (actions.values, chunk, dimensions)
    return (0..<actions.dim(0)).map { n in
      let chunk = (n * T..<(n + 1) * T).map {
        NormalizedAction(Array(values[$0 * A..<($0 + 1) * A]))
      }
      do { return try tokenizer.encode(chunk) } catch { fatalError("FASTHead: \(error)") }
    }
  }

  /// N texts → [N, T, A]; a malformed one becomes zeros, which only free writing leaves.
  private func chunks(of texts: [[Int]]) -> Tensor {
    let zeros = Array(repeating: Float(0), count: chunk * dimensions)
    let values = texts.flatMap { text in
      (try? tokenizer.decode(text))?.flatMap(\.values) ?? zeros
    }
    return Tensor(values, shape: [texts.count, chunk, dimensions])
  }
}
