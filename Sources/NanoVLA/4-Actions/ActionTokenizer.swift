// An action tokenizer turns control into classification: each number of an action becomes one of a
// few bins, and a bin is a word that a language model can say.
//
// Why: a language model's last layer chooses among tokens. OpenVLA gives the 256 rarest tokens of
// Llama's vocabulary a new meaning, the last one being the smallest number. The price is rounding:
// at most half a bin, and at the very edge +1 a little more room is lost (see `decode`).
//
// B  bins      A  action dimensions
//
// Source: Kim et al., "OpenVLA" (2024), section 3.2; openvla/openvla,
// prismatic/vla/action_tokenizer.py, on NumPy's linspace and digitize.

/// OpenVLA's rule for any number of bins B: B edges from −1 to +1, B ids, B − 1 centres.
public struct ActionTokenizer: Sendable, Equatable {
  public let bins: Int
  /// The size of the vocabulary whose LAST `bins` ids stand for actions: 32000 for OpenVLA.
  public let vocabulary: Int
  /// `[B]` numbers from −1 to +1, equally far apart.
  public let edges: [Double]
  /// `[B − 1]`: the middles between neighbouring edges. What a token means.
  public let centers: [Double]

  /// Action → token ids, one a dimension. Concretely: `id = vocabulary − digitize(clip(x, −1, 1))`;
  /// with 256 bins of 32000, −1 is 31999, 0 is 31872 and +1 is 31744. Refuses NaN and infinity.
  public func encode(_ action: NormalizedAction) throws(ActionError) -> [Int] {
    try classes(of: action).map { vocabulary - 1 - $0 }
  }

  /// Token ids → action. Concretely: `centre[clip(vocabulary − id − 1, 0, B − 2)]`.
  ///
  /// Only x = 1 reaches the last class, and there is no centre above the last edge: it shares the
  /// centre below, so +1 comes back as 0.99608. Ids that mean no action are clipped as well.
  public func decode(_ ids: [Int]) -> NormalizedAction {
    // Bounded first: an absurd id must not overflow the subtraction.
    decode(classes: ids.map { vocabulary - 1 - min(max($0, 0), vocabulary) })
  }

  /// The same choice counted from the smallest number up, for a classifier of B classes:
  /// `class = digitize(x) − 1`, 0 for −1 … B − 1 for +1; `id = vocabulary − 1 − class`.
  public func classes(of action: NormalizedAction) throws(ActionError) -> [Int] {
    try ActionError.check(action.values, "normalized action")
    return action.values.map(bin)
  }

  /// A classifier's choices, one a dimension, → action.
  public func decode(classes: [Int]) -> NormalizedAction {
    NormalizedAction(classes.map { Float(center($0)) })
  }

  /// The class of one finite number.
  func bin(of x: Float) -> Int { digitize(min(max(Double(x), -1), 1)) - 1 }

  /// The token id of one finite number.
  package func token(of x: Float) -> Int { vocabulary - 1 - bin(of: x) }

  /// What one class means.
  func center(_ bin: Int) -> Double { centers[min(max(bin, 0), bins - 2)] }

  /// How many edges are at or below `x` (NumPy's `digitize`), found by halving: edges are sorted.
  private func digitize(_ x: Double) -> Int {
    var (low, high) = (0, bins)
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] <= x { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// - Parameter vocabulary: at least `bins`; equal to it when the ids stand for actions only.
  public init(bins: Int = 256, vocabulary: Int = 32000) {
    guard bins >= 2, vocabulary >= bins else {
      fatalError("ActionTokenizer: \(bins) bins of \(vocabulary) ids, needs 2 ≤ bins ≤ ids")
    }
    (self.bins, self.vocabulary) = (bins, vocabulary)
    // Multiply, then shift, and set the last by hand: NumPy's order, bit for bit.
    let step = 2 / Double(bins - 1)
    edges = (0..<bins - 1).map { Double($0) * step - 1 } + [1]  // [B]
    centers = zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }  // [B] → [B − 1]
  }
}
