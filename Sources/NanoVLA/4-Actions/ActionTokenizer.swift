/// An action tokenizer turns control into classification: each number of an action becomes one of B
/// bins, and each bin a token of a language model's vocabulary.
///
/// The last layer of a language model chooses among tokens. OpenVLA gives the 256 rarest tokens of
/// Llama's vocabulary a new meaning; the last of them stands for the smallest number. The price is
/// a quantization error of at most half a bin.
///
///     id     = vocabulary − digitize(clip(x, −1, 1))        digitize counts the edges at or below x
///     center = (edge + next edge) / 2                       what a token means
///
/// - Letters: B bins, A action dimensions. There are B edges from −1 to +1 and B − 1 centers.
/// - Reference: Kim et al., "OpenVLA" (2024), §3.2; openvla/openvla,
///   prismatic/vla/action_tokenizer.py, on NumPy's `linspace` and `digitize`.
public struct ActionTokenizer: Sendable, Equatable {
  /// B, and the size of the vocabulary whose last B ids stand for actions: 32,000 for OpenVLA.
  public let bins, vocabulary: Int
  public let edges: [Double]  // [B], evenly spaced from −1 to +1
  public let centers: [Double]  // [B − 1], the middles between neighboring edges

  /// A tokenizer of 2 or more `bins`; `vocabulary` equals `bins` if the ids only stand for actions.
  public init(bins: Int = 256, vocabulary: Int = 32000) {
    guard bins >= 2, vocabulary >= bins else {
      fatalError("ActionTokenizer: \(bins) bins of \(vocabulary) ids, needs 2 ≤ bins ≤ ids")
    }
    (self.bins, self.vocabulary) = (bins, vocabulary)
    // NumPy's order of operations, bit-identical: multiply, then shift; the last is exactly 1.
    let step = 2 / Double(bins - 1)
    edges = (0..<bins - 1).map { Double($0) * step - 1 } + [1]  // [B]
    centers = zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }  // [B] → [B − 1]
  }

  /// Action → token ids, `[A]` → `[A]`: with 256 bins of 32,000 ids, −1 is 31999 and +1 is 31744.
  /// - Throws: ``ActionError`` for NaN and infinity.
  public func encode(_ action: NormalizedAction) throws(ActionError) -> [Int] {
    try classes(of: action).map { vocabulary - 1 - $0 }
  }

  /// Token ids → action, `[A]` → `[A]`. Only x = 1 has the last id, and there is no center above
  /// the last edge: with 256 bins +1 becomes 0.99608. Other ids are clipped.
  public func decode(_ ids: [Int]) -> NormalizedAction {
    // Clipped first: a huge id must not overflow the subtraction.
    decode(classes: ids.map { vocabulary - 1 - min(max($0, 0), vocabulary) })
  }

  /// Action → classes counted from the smallest number up, for a classifier of B classes: 0 for −1,
  /// B − 1 for +1. Throws as ``encode(_:)`` does.
  public func classes(of action: NormalizedAction) throws(ActionError) -> [Int] {
    try ActionError.check(action.values, "normalized action")
    return action.values.map(bin)
  }

  /// A classifier's classes → action, `[A]` → `[A]`.
  public func decode(classes: [Int]) -> NormalizedAction {
    NormalizedAction(classes.map { Float(center($0)) })
  }

  /// The class of one finite number.
  func bin(of x: Float) -> Int { digitize(min(max(Double(x), -1), 1)) - 1 }
  /// The token id of one finite number.
  package func token(of x: Float) -> Int { vocabulary - 1 - bin(of: x) }
  /// The number that a class stands for.
  func center(_ bin: Int) -> Double { centers[min(max(bin, 0), bins - 2)] }

  /// The quantization error of every number of `actions`: the distance to its decoded token's.
  /// - Throws: ``ActionError`` for NaN and infinity.
  public func errors(of actions: [NormalizedAction]) throws -> [Double] {
    try actions.flatMap { action in
      zip(action.values, decode(try encode(action)).values).map { Double(abs($0 - $1)) }
    }
  }

  /// The number of edges at or below `x`, by binary search.
  private func digitize(_ x: Double) -> Int {
    var (low, high) = (0, bins)
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] <= x { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
