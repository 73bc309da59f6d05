import Tensors

/// Attention: the only place where tokens meet.
///
/// Each token asks a question (its query), shows what it is about (its key) and holds something to
/// give (its value). A token's answer is the average of all values, weighted by how well each key
/// fits its query. Several heads do this side by side, each on its own slice of the width, so that
/// one token can look for several things at once.
///
///     weights = softmax(Q Kᵀ / √d + mask),   output = weights V
///
/// Self-attention asks and answers within one sequence; cross-attention asks from one and answers
/// from another. It is the same code: pass the other sequence as `context`.
///
/// Letters: B sequences, T tokens that ask, C tokens that answer, D width, H heads, d = D/H.
///
/// Reference: Vaswani et al., "Attention Is All You Need" (2017), section 3.2. Left out: dropout.
public final class MultiHeadAttention: Module {
  public let query: Linear
  public let key: Linear
  public let value: Linear
  public let output: Linear
  public let heads: Int
  /// 1/√d keeps the scores' spread at about 1 whatever the width, where softmax still has a slope.
  public var scale: Float

  public init(width: Int, heads: Int, using random: inout SeededRandom) {
    guard heads > 0, width % heads == 0 else {
      fatalError("attention: width \(width) does not divide into \(heads) heads")
    }
    self.heads = heads
    scale = 1 / Float(width / heads).squareRoot()
    query = Linear(inputs: width, outputs: width, using: &random)
    key = Linear(inputs: width, outputs: width, using: &random)
    value = Linear(inputs: width, outputs: width, using: &random)
    output = Linear(inputs: width, outputs: width, using: &random)
  }

  /// What attention computed on its way: the answer, and who looked at what.
  public struct Result {
    public let output: Tensor  // [B, T, D]
    public let scores: Tensor  // [B, H, T, C], before the softmax
    public let weights: Tensor  // [B, H, T, C], each row sums to 1
  }

  /// - Parameters:
  ///   - x: the tokens that ask, [B, T, D].
  ///   - context: the tokens that answer, [B, C, D]; without it, `x` itself.
  ///   - mask: added to the scores: 0 where a token may look, very negative where it may not.
  ///     Any shape that repeats to [B, H, T, C].
  public func callAsFunction(_ x: Tensor, context: Tensor? = nil, mask: Tensor? = nil) -> Result {
    let context = context ?? x
    guard x.shape.count == 3, context.shape.count == 3, x.dim(0) == context.dim(0),
      x.dim(2) == context.dim(2)
    else { fatalError("attention: tokens \(x.shape) and context \(context.shape) do not fit") }

    let Q = split(query(x)).traced("queries", "what each token looks for")
    let K = split(key(context)).traced("keys", "what each token is about")
    let V = split(value(context)).traced("values", "what each token has to give")

    var scores = Q.matmul(transposed: K) * scale  // [B, H, T, d] × [B, H, C, d]ᵀ → [B, H, T, C]
    if let mask { scores = scores + mask }
    scores.traced("scores", "how well each key fits each query")
    let weights = scores.softmax().traced("weights", "each row sums to 1")
    let heads = weights.matmul(V)  // [B, H, T, C] × [B, H, C, d] → [B, H, T, d]
      .traced("weighted values", "the average of what was looked at")
    let joined = output(merge(heads)).traced("attention", "heads side by side, mixed by one layer")
    return Result(output: joined, scores: scores, weights: weights)
  }

  private func split(_ x: Tensor) -> Tensor {
    x.reshaped([x.dim(0), x.dim(1), heads, x.dim(2) / heads])  // [B, T, D] → [B, T, H, d]
      .transposed(1, 2)  // [B, T, H, d] → [B, H, T, d]
  }

  private func merge(_ x: Tensor) -> Tensor {
    x.transposed(1, 2)  // [B, H, T, d] → [B, T, H, d]
      .reshaped([x.dim(0), x.dim(2), heads * x.dim(3)])  // [B, T, H, d] → [B, T, D]
  }
}

/// Masks for ``MultiHeadAttention``.
extension MultiHeadAttention {
  /// Hides the places that are only padding: false → −10⁹, which the softmax turns to 0.
  /// - Parameter isWord: for each of B sequences, which of its C places hold something.
  /// - Returns: [B, 1, 1, C]
  public static func mask(hidingPadding isWord: [[Bool]]) -> Tensor {
    let values = isWord.flatMap { $0.map { $0 ? 0 : Float(-1e9) } }
    return Tensor(values, shape: [isWord.count, 1, 1, isWord.first?.count ?? 0])
  }

  /// Hides the future: token t may look at tokens 0…t only.
  /// - Returns: [T, T]
  public static func causalMask(count: Int) -> Tensor {
    let values = (0..<count * count).map { $0 % count > $0 / count ? Float(-1e9) : 0 }
    return Tensor(values, shape: [count, count])
  }
}
