import Tensors

/// Exercise 3: cross-attention of several heads, against a loop over heads.
///
/// - Letters: B samples, T text tokens, P patches, D width, H heads, d = D/H.
public enum CrossAttention: Oracle {
  public typealias Function = (_ text: Tensor, _ image: Tensor, _ heads: Int) -> Tensor

  public enum Mistake: String, CaseIterable {
    case splitWithoutTranspose =
      "reshaped to [B, H, T, d] without transposing: tokens and heads are mixed up when splitting"
    case mergedWithoutTranspose =
      "reshaped to [B, T, D] without transposing back: tokens and heads are mixed up when merging"
    case noResidual =
      "the residual connection is missing: add the text tokens to what they attended to"
    case imageQueries = "the image queries the text: the TEXT must query the image"
    case textAttendsToText = "the text attends to itself: keys and values come from the image"
    case valuesFromText = "the values come from the text: what a patch passes on is its own token"
    case oneHead = "all of the width is one head: split it into H slices of d = D/H first"
    case scaledByWidth = "the scores are divided by √D, the width of all heads: d is that of one"
    case residualOfImage = "the mean patch is added instead of the text tokens"
  }

  public struct Case: CustomStringConvertible {
    let (B, T, P, D, H): (Int, Int, Int, Int, Int)
    let text, image: [Float]
    public var description: String {
      "text [\(B), \(T), \(D)], image [\(B), \(P), \(D)], \(H) heads"
    }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    [
      (2, 4, 4, 8, 2), (2, 3, 5, 8, 4), (1, 1, 1, 1, 1), (1, 1, 6, 4, 2), (3, 5, 1, 6, 3),
      (1, 4, 3, 5, 1), (2, 2, 7, 4, 4), (1, 3, 3, 12, 3),
    ].map { B, T, P, D, H in
      Case(
        B: B, T: T, P: P, D: D, H: H, text: random.normals(B * T * D),
        image: random.normals(B * P * D))
    }
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let output = function(
      Tensor(c.text, shape: [c.B, c.T, c.D]), Tensor(c.image, shape: [c.B, c.P, c.D]), c.H)
    return [Answer("the fused tokens", output)]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let (D, H) = (c.D, mistakes.contains(.oneHead) ? 1 : c.H)
    let d = D / H
    let text = (values: doubles(c.text), count: c.T)
    let image = (values: doubles(c.image), count: c.P)
    let queries = mistakes.contains(.imageQueries) ? image : text
    var keys = mistakes.contains(.imageQueries) ? text : image
    if mistakes.contains(.textAttendsToText) { keys = text }
    // A head of a sequence, in the other order if it was split by a reshape alone.
    func element(_ x: (values: [Double], count: Int), _ b: Int, _ h: Int, _ t: Int, _ i: Int)
      -> Double
    {
      let start = b * x.count * D
      return x.values[
        mistakes.contains(.splitWithoutTranspose)
          ? start + (h * x.count + t) * d + i : start + t * D + h * d + i]
    }
    let T = queries.count
    var output = [Double](repeating: 0, count: c.B * T * D)
    for b in 0..<c.B {
      for h in 0..<H {
        for t in 0..<T {
          let scores = (0..<keys.count).map { k in
            (0..<d).reduce(0) { $0 + element(queries, b, h, t, $1) * element(keys, b, h, k, $1) }
              / Double(mistakes.contains(.scaledByWidth) ? D : d).squareRoot()
          }
          let weights = softmax(scores)
          for i in 0..<d {
            let isMixed = mistakes.contains(.mergedWithoutTranspose)
            let place = isMixed ? (h * T + t) * d + i : t * D + h * d + i
            output[b * T * D + place] += (0..<keys.count).reduce(0) { sum, k in
              let passed =
                mistakes.contains(.valuesFromText) && c.T == c.P
                ? element(text, b, h, k, i) : element(keys, b, h, k, i)
              return sum + weights[k] * passed
            }
          }
        }
        for t in 0..<T {
          for i in h * d..<(h + 1) * d where !mistakes.contains(.noResidual) {
            let sum = (0..<c.P).reduce(0) { $0 + image.values[(b * c.P + $1) * D + i] }
            let own = queries.values[(b * T + t) * D + i]
            output[(b * T + t) * D + i] +=
              mistakes.contains(.residualOfImage) ? sum / Double(c.P) : own
          }
        }
      }
    }
    return [Answer("the fused tokens", output, shape: [c.B, T, D])]
  }
}
