import Tabletop
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
/// Published models vary the sizes, not the idea: H heads may share fewer keys and values, G of them
/// in groups (less to remember), a head may be wider or narrower than D/H, and the context may have
/// a width of its own.
///
/// Letters: B sequences, T tokens that ask, C tokens that answer, D width, H heads, G key/value heads,
/// d = D/H the width of one head.
///
/// Reference: Vaswani et al., "Attention Is All You Need" (2017), section 3.2; Ainslie et al., "GQA"
/// (2023), section 2.2, for the groups. Left out: dropout.
public final class MultiHeadAttention: Module {
  public let query: Linear
  public let key: Linear
  public let value: Linear
  public let output: Linear
  public let heads: Int
  public let keyValueHeads: Int
  /// Turns queries and keys by their place; without it, places must be in the tokens.
  public let rotary: RotaryPosition?
  /// 1/√d keeps the scores' spread at about 1 whatever the width, where softmax still has a slope.
  public var scale: Float

  /// - Parameters:
  ///   - width: D.
  ///   - heads: H.
  ///   - keyValueHeads: G, each shared by H/G heads in a row; without it, H.
  ///   - headWidth: d; without it, D/H.
  ///   - contextWidth: the width of the tokens that answer; without it, D.
  ///   - inputBias, outputBias: whether query, key and value, and the output, add a bias.
  public init(
    width: Int, heads: Int, keyValueHeads: Int? = nil, headWidth: Int? = nil,
    contextWidth: Int? = nil, inputBias: Bool = true, outputBias: Bool = true,
    rotary: RotaryPosition? = nil, using random: inout SeededRandom
  ) {
    guard heads > 0, headWidth != nil || width % heads == 0 else {
      fatalError("attention: width \(width) does not divide into \(heads) heads")
    }
    let (G, d) = (keyValueHeads ?? heads, headWidth ?? width / heads)
    guard G > 0, heads % G == 0 else {
      fatalError("attention: \(heads) heads do not share \(G) key/value heads evenly")
    }
    (self.heads, self.keyValueHeads, self.rotary) = (heads, G, rotary)
    scale = 1 / Float(d).squareRoot()
    let C = contextWidth ?? width
    query = Linear(inputs: width, outputs: heads * d, bias: inputBias, using: &random)
    key = Linear(inputs: C, outputs: G * d, bias: inputBias, using: &random)
    value = Linear(inputs: C, outputs: G * d, bias: inputBias, using: &random)
    output = Linear(inputs: heads * d, outputs: width, bias: outputBias, using: &random)
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
  ///   - cache: what this layer remembers of earlier tokens; they answer too, and x is added to them.
  public func callAsFunction(
    _ x: Tensor, context: Tensor? = nil, mask: Tensor? = nil, cache: KeyValueCache.Layer? = nil
  ) -> Result {
    let context = context ?? x
    guard x.shape.count == 3, context.shape.count == 3, x.dim(0) == context.dim(0),
      x.dim(2) == query.weight.dim(1), context.dim(2) == key.weight.dim(1)
    else { fatalError("attention: tokens \(x.shape) and context \(context.shape) do not fit") }

    var Q = split(query(x), into: heads).traced("queries", "what each token looks for")
    var K = split(key(context), into: keyValueHeads).traced("keys", "what each token is about")
    var V = split(value(context), into: keyValueHeads)
      .traced("values", "what each token has to give")
    if let rotary {
      let past = cache?.length ?? 0
      (Q, K) = (rotary(Q, from: past), rotary(K, from: past))  // [B, H, T, d] → [B, H, T, d]
    }
    if let cache { (K, V) = cache.append(keys: K, values: V) }  // [B, G, T, d] → [B, G, C, d]

    let (B, T, C) = (x.dim(0), x.dim(1), K.dim(2))
    // Heads that share a key stand in a row: seen as more tokens of one head, they need no copy of it.
    let asking = Q.reshaped([B, keyValueHeads, -1, Q.dim(3)])  // [B, H, T, d] → [B, G, H/G·T, d]
    var scores = (asking.matmul(transposed: K) * scale)  // × [B, G, C, d]ᵀ → [B, G, H/G·T, C]
      .reshaped([B, heads, T, C])  // [B, G, H/G·T, C] → [B, H, T, C]
    if let mask { scores = scores + mask }
    scores.traced("scores", "how well each key fits each query")
    let weights = scores.softmax().traced("weights", "each row sums to 1")
    let given = weights.reshaped([B, keyValueHeads, -1, C])  // [B, H, T, C] → [B, G, H/G·T, C]
      .matmul(V)  // [B, G, H/G·T, C] × [B, G, C, d] → [B, G, H/G·T, d]
      .reshaped(Q.shape)  // [B, G, H/G·T, d] → [B, H, T, d]
      .traced("weighted values", "the average of what was looked at")
    let joined = output(merge(given)).traced("attention", "heads side by side, mixed by one layer")
    return Result(output: joined, scores: scores, weights: weights)
  }

  private func split(_ x: Tensor, into heads: Int) -> Tensor {
    x.reshaped([x.dim(0), x.dim(1), heads, x.dim(2) / heads])  // [B, T, H·d] → [B, T, H, d]
      .transposed(1, 2)  // [B, T, H, d] → [B, H, T, d]
  }

  private func merge(_ x: Tensor) -> Tensor {
    x.transposed(1, 2)  // [B, H, T, d] → [B, T, H, d]
      .reshaped([x.dim(0), x.dim(2), heads * x.dim(3)])  // [B, T, H, d] → [B, T, H·d]
  }
}
