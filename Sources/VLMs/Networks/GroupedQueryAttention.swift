import NanoVLA
import Tensors

/// Attention with the variations of published models, on the course's ``scaledDotProductAttention``.
///
/// H query heads may share fewer key/value heads, G of them, which makes the cache H/G times smaller
/// (G = H is multi-head attention, G = 1 multi-query attention). A head may be wider or narrower than
/// D/H, the context may have a width of its own, biases may be absent, positions may be rotary, a
/// sliding window may hide what is far back, and queries and keys may be normalized, head by head.
///
/// - Letters: B sequences, T queries, C keys, D width, H heads, G key/value heads, d head width.
/// - Reference: Ainslie et al., "GQA: Training Generalized Multi-Query Transformer Models" (2023),
///   section 2.2; Jiang et al., "Mistral 7B" (2023), §2, for the window.
public final class GroupedQueryAttention: Module {
  public let query: Linear
  public let key: Linear
  public let value: Linear
  /// Normalize the queries and the keys of each head; nil if they are used as they are.
  public let queryNorm: (any Layer)?  // of width d
  public let keyNorm: (any Layer)?  // of width d
  public let output: Linear
  public let heads: Int
  public let keyValueHeads: Int
  /// Rotates queries and keys by their positions; nil if positions are already in the tokens.
  public let rotary: RotaryPosition?
  /// The number of tokens that each attends to, itself and those before it; nil for all.
  public let window: Int?

  /// - Parameters:
  ///   - width: D.
  ///   - heads: H.
  ///   - keyValueHeads: G, each shared by H/G consecutive heads; nil for H.
  ///   - headWidth: d; nil for D/H.
  ///   - contextWidth: the width of the context's tokens; nil for D.
  ///   - inputBias, outputBias: whether query, key and value, and the output, have a bias.
  ///   - rotary: rotary positions of head width d.
  ///   - window: see ``window``.
  ///   - headNorm: makes each of the two norms of width d; nil for none.
  public init(
    width: Int, heads: Int, keyValueHeads: Int? = nil, headWidth: Int? = nil,
    contextWidth: Int? = nil, inputBias: Bool = true, outputBias: Bool = true,
    rotary: RotaryPosition? = nil, window: Int? = nil, headNorm: (() -> any Layer)? = nil,
    using random: inout SeededRandom
  ) {
    guard heads > 0, headWidth != nil || width % heads == 0 else {
      fatalError("attention: width \(width) is not a multiple of \(heads) heads")
    }
    let (G, d) = (keyValueHeads ?? heads, headWidth ?? width / heads)
    guard G > 0, heads % G == 0 else {
      fatalError("attention: \(heads) heads is not a multiple of \(G) key/value heads")
    }
    (self.heads, self.keyValueHeads, self.rotary, self.window) = (heads, G, rotary, window)
    let C = contextWidth ?? width
    query = Linear(inputs: width, outputs: heads * d, bias: inputBias, using: &random)
    key = Linear(inputs: C, outputs: G * d, bias: inputBias, using: &random)
    value = Linear(inputs: C, outputs: G * d, bias: inputBias, using: &random)
    (queryNorm, keyNorm) = (headNorm?(), headNorm?())
    output = Linear(inputs: heads * d, outputs: width, bias: outputBias, using: &random)
  }

  /// - Parameters:
  ///   - x: the tokens that attend, [B, T, D].
  ///   - context: the tokens attended to, [B, C, contextWidth]; nil for self-attention.
  ///   - mask: see ``AttentionMask``; broadcasts to [B, 1, T, C], the same for all heads.
  ///   - cache: this layer's keys and values of earlier tokens; those of x are appended. With a context,
  ///     its keys and values: they are computed at the first call and the same ever after.
  /// - Returns: the output [B, T, D], with scores and weights [B, H, T, C].
  public func callAsFunction(
    _ x: Tensor, context: Tensor? = nil, mask: Tensor? = nil, cache: KeyValueCache.Layer? = nil
  ) -> Attention {
    let (stored, context) = (context == nil ? nil : cache?.contents, context ?? x)
    guard x.shape.count == 3, context.shape.count == 3, x.dim(0) == context.dim(0),
      x.dim(2) == query.weight.dim(1), context.dim(2) == key.weight.dim(1)
    else { fatalError("attention: tokens \(x.shape) and context \(context.shape) do not fit") }
    var Q = query(x).splitIntoHeads(heads)  // [B, T, D] → [B, H, T, d]
    var K = stored?.keys ?? key(context).splitIntoHeads(keyValueHeads)  // [B, G, C, d]
    var V = stored?.values ?? value(context).splitIntoHeads(keyValueHeads)  // → [B, G, C, d]
    if let queryNorm { Q = queryNorm(Q) }  // [B, H, T, d] → [B, H, T, d]
    if let keyNorm, stored == nil { K = keyNorm(K) }  // [B, G, C, d] → [B, G, C, d]
    if let rotary {
      let past = cache?.length ?? 0
      (Q, K) = (rotary(Q, from: past), rotary(K, from: past))  // [B, H, T, d] → [B, H, T, d]
    }
    if let cache, stored == nil { (K, V) = cache.append(keys: K, values: V) }  // → [B, G, C, d]

    // Heads that share a key are consecutive: as more queries of one head they need no copy of it.
    let (B, T, C) = (x.dim(0), x.dim(1), K.dim(2))
    let mask = windowed(mask, T, C)
    let grouped = scaledDotProductAttention(
      query: Q.reshaped([B, keyValueHeads, -1, Q.dim(3)]),  // [B, H, T, d] → [B, G, H/G·T, d]
      key: K, value: V, mask: mask.map(perGroup))
    let values = grouped.output.reshaped(Q.shape)  // [B, G, H/G·T, d] → [B, H, T, d]
    let output = output(values.mergedHeads())  // [B, H, T, d] → [B, T, D]
      .traced("attention", "the heads side by side, mixed by one linear layer")
    return Attention(
      output: output,
      scores: grouped.scores.reshaped([B, heads, T, C]),  // [B, G, H/G·T, C] → [B, H, T, C]
      weights: grouped.weights.reshaped([B, heads, T, C]))
  }

  /// `mask` with everything hidden that is further back than the window reaches, [..., T, C].
  private func windowed(_ mask: Tensor?, _ T: Int, _ C: Int) -> Tensor? {
    guard let window, C > window else { return mask }
    let far = AttentionMask.window(window, count: T, past: C - T)  // [T, C]
    return mask.map { $0 + far } ?? far
  }

  /// The mask of each query, once for every head of a group: [..., T, C] → [..., H/G·T, C].
  private func perGroup(_ mask: Tensor) -> Tensor {
    let copies = heads / keyValueHeads
    if copies == 1 || mask.dim(-2) == 1 { return mask }
    return .concatenated(Array(repeating: mask, count: copies), axis: -2)
  }
}

extension AttentionMask {
  /// Hides all but the last `window` positions before each query, itself among them.
  /// - Parameters: count, past: as of ``causal(count:past:)``.
  /// - Returns: [T, C]
  static func window(_ window: Int, count T: Int, past: Int) -> Tensor {
    let values: [Float] = (0..<T).flatMap { t in
      (0..<past + T).map { past + t - $0 >= window ? -1e9 : 0 }
    }
    return Tensor(values, shape: [T, past + T])
  }
}
