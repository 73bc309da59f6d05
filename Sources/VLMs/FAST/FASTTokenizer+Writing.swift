import NanoVLA
import Tensors

/// Writing FAST tokens one after another so that they always decode to a chunk.
///
/// A token stands for one coefficient or for many, and a chunk has exactly T·A of them. A network
/// that may choose any token sooner or later chooses one that is too long for the rest. So only
/// tokens that still fit can be chosen. One always does: each symbol of the alphabet has length 1.
///
///     missing = T·A;   token ~ p(token | length ≤ missing);   missing ← missing − length;   … until 0
///
/// - Letters: N chunks at the same time, T steps, A action dimensions, V tokens of the vocabulary.
/// - Reference: Pertsch et al., "FAST" (2025), whose reference code decodes malformed tokens to zeros;
///   Willard and Louf, "Efficient Guided Generation for Large Language Models" (2023), §3, masks of
///   the tokens that a grammar allows.
extension FASTTokenizer {
  /// Tokens of N chunks, chosen until each has all its coefficients.
  ///
  /// - Parameters:
  ///   - isFree: whether any token may be chosen, also one that is too long. Such a chunk is
  ///     malformed, and ``decode(_:)`` refuses it.
  ///   - temperature: of the samples; 0 is greedy.
  ///   - logits: of the next token, [N, V], after the N texts so far, which are empty at first. A text
  ///     that is complete waits for the others.
  public func write(
    _ N: Int, isFree: Bool = false, temperature: Float, using random: inout SeededRandom,
    logits: (_ texts: [[Int]], _ random: inout SeededRandom) -> Tensor
  ) -> [[Int]] {
    var texts = Array(repeating: [Int](), count: N)
    var missing = Array(repeating: steps * dimensions, count: N)
    while missing.contains(where: { $0 > 0 }) {
      var scores = logits(texts, &random)  // [N, V]
      if !isFree { scores = scores + mask(missing) }  // [N, V] + [N, V]
      let chosen = scores.sampled(temperature: temperature, using: &random)  // [N, V] → N tokens
      for n in 0..<N where missing[n] > 0 {
        let fits = isFree || lengths[chosen[n]] <= missing[n]  // false for logits of NaN only
        texts[n].append(fits ? chosen[n] : 0)
        missing[n] -= lengths[texts[n].last!]
      }
    }
    return texts
  }

  /// How many of `count` texts, a multiple of 1000, are malformed if they are sampled from random logits.
  public func malformedCount(
    of count: Int, isFree: Bool, using random: inout SeededRandom
  ) -> Int {
    let logits = Tensor.normal([256, vocabulary], scale: 1, using: &random)
    return (0..<count / 1000).reduce(0) { sum, _ in
      let texts = write(1000, isFree: isFree, temperature: 1, using: &random) { texts, random in
        logits.rows(at: texts.map { _ in random.integer(below: 256) })  // [256, V] → [1000, V]
      }
      return sum + texts.count { (try? decode($0)) == nil }
    }
  }

  /// −10⁹ for each token that is longer than what is missing, else 0: N counts → [N, V].
  private func mask(_ missing: [Int]) -> Tensor {
    var rows: [Int: [Float]] = [:]  // few counts differ
    for count in Set(missing) { rows[count] = lengths.map { $0 > count ? -1e9 : 0 } }
    return Tensor(missing.flatMap { rows[$0]! }, shape: [missing.count, vocabulary])
  }
}
