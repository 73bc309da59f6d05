import Tensors

/// Multi-head attention: several attentions in parallel, each on its own slice of the width.
///
/// Three linear layers compute what each token looks for (query), what it can be found by (key) and
/// what it passes on (value). With several heads one token can attend to several things at once. In
/// self-attention all three come from one sequence; in cross-attention, keys and values from
/// another.
///
///     headₕ = attention(Qₕ, Kₕ, Vₕ),   output = [head₁, …, head_H] Wᵀ + b
///
/// - Letters: B sequences, T tokens, C context tokens, D width, H heads, d = D/H a head's width.
/// - Reference: Vaswani et al., "Attention Is All You Need" (2017), §3.2.2. Left out: heads
///   that share keys and values, rotary positions, and a cache of keys and values, which published
///   decoders have (`GroupedQueryAttention` in VLMs).
public final class MultiHeadAttention: Module {
  public let query, key, value, output: Linear  // D → D
  public let heads: Int

  /// Attention over tokens of `width` = D numbers, a multiple of `heads` = H.
  public init(width: Int, heads: Int, using random: inout SeededRandom) {
    guard heads > 0, width % heads == 0 else {
      fatalError("attention: width \(width) is not a multiple of \(heads) heads")
    }
    self.heads = heads
    query = Linear(inputs: width, outputs: width, using: &random)
    key = Linear(inputs: width, outputs: width, using: &random)
    value = Linear(inputs: width, outputs: width, using: &random)
    output = Linear(inputs: width, outputs: width, using: &random)
  }

  /// The most heads, but no more than `limit`, that divide `width`: 8, 4, 2 or 1.
  static func heads(for width: Int, atMost limit: Int) -> Int {
    [8, 4, 2].first { $0 <= limit && width % $0 == 0 } ?? 1
  }

  /// - Parameters:
  ///   - x: the tokens that attend, [B, T, D].
  ///   - context: the tokens attended to, [B, C, D]; nil for self-attention.
  ///   - mask: see ``AttentionMask``; any shape that broadcasts to [B, H, T, C].
  /// - Returns: the output [B, T, D], with scores and weights [B, H, T, C].
  public func callAsFunction(_ x: Tensor, context: Tensor? = nil, mask: Tensor? = nil) -> Attention
  {
    let (context, D) = (context ?? x, query.weight.dim(1))
    guard x.shape.count == 3, context.shape.count == 3, x.dim(0) == context.dim(0), x.dim(2) == D,
      context.dim(2) == D
    else { fatalError("attention: tokens \(x.shape) and context \(context.shape) do not fit") }
    let Q = query(x).splitIntoHeads(heads)  // [B, T, D] → [B, H, T, d]
      .traced("queries", "what each token looks for")
    let K = key(context).splitIntoHeads(heads)  // [B, C, D] → [B, H, C, d]
      .traced("keys", "what each token can be found by")
    let V = value(context).splitIntoHeads(heads)  // [B, C, D] → [B, H, C, d]
      .traced("values", "what each token passes on")
    let attention = scaledDotProductAttention(query: Q, key: K, value: V, mask: mask)
    let mixed = output(attention.output.mergedHeads())  // [B, H, T, d] → [B, T, D]
      .traced("attention", "the heads side by side, mixed by one linear layer")
    return Attention(output: mixed, scores: attention.scores, weights: attention.weights)
  }
}

extension Tensor {
  /// Cuts the width into heads: [B, T, H·d] → [B, H, T, d].
  package func splitIntoHeads(_ heads: Int) -> Tensor {
    reshaped([dim(0), dim(1), heads, dim(2) / heads])  // [B, T, H·d] → [B, T, H, d]
      .transposed(1, 2)  // [B, T, H, d] → [B, H, T, d]
  }

  /// Puts the heads side by side again: [B, H, T, d] → [B, T, H·d].
  package func mergedHeads() -> Tensor {
    transposed(1, 2)  // [B, H, T, d] → [B, T, H, d]
      .reshaped([dim(0), dim(2), dim(1) * dim(3)])  // [B, T, H, d] → [B, T, H·d]
  }
}
