import NanoVLA
import Tensors

/// A block of the Q-Former: BERT's block, with cross-attention to the image for the queries.
///
/// Each layer normalizes its residual sum (post-norm), as the original transformer does. Queries and
/// text tokens share the self-attention; only the queries attend to the image, and queries and text
/// have separate feed-forward layers.
///
/// - Letters: B images, Q queries, T text tokens, N tokens of the vision tower, C their width, D
///   width.
/// - Reference: Li et al., "BLIP-2" (2023), figure 2; Devlin et al., "BERT" (2019), for the order.
public final class QFormerBlock: Module {
  public let selfAttention: GroupedQueryAttention
  public let norm1: LayerNorm
  public let crossAttention: GroupedQueryAttention?
  public let norm2: LayerNorm?
  public let feedForward: MLP
  public let norm3: LayerNorm
  public let textFeedForward: MLP?
  public let textNorm: LayerNorm?

  /// A block with random weights.
  /// - Parameter contextWidth: C; nil for a block without cross-attention.
  public init(
    _ configuration: QFormerConfiguration, contextWidth: Int?, using random: inout SeededRandom
  ) {
    let (c, D) = (configuration, configuration.width)
    func norm() -> LayerNorm { LayerNorm(width: D, epsilon: c.epsilon) }
    func feedForwardLayer() -> MLP {
      MLP(width: D, hidden: c.hidden, activation: c.activation, using: &random)
    }
    selfAttention = GroupedQueryAttention(width: D, heads: c.heads, using: &random)
    norm1 = norm()
    crossAttention = contextWidth.map {
      GroupedQueryAttention(width: D, heads: c.heads, contextWidth: $0, using: &random)
    }
    norm2 = contextWidth == nil ? nil : norm()
    (feedForward, norm3) = (feedForwardLayer(), norm())
    (textFeedForward, textNorm) = c.readsInstruction ? (feedForwardLayer(), norm()) : (nil, nil)
  }

  /// - Parameters:
  ///   - x: queries, then text tokens, [B, Q + T, D].
  ///   - queries: Q.
  ///   - image: [B, N, C]
  ///   - mask: for the self-attention, see ``AttentionMask``.
  /// - Returns: [B, Q + T, D]
  public func callAsFunction(
    _ x: Tensor, queries Q: Int, image: Tensor, mask: Tensor? = nil
  ) -> Tensor {
    let attended = norm1(x + selfAttention(x, mask: mask).output)  // [B, Q + T, D] → [B, Q + T, D]
    var queries = attended.sliced(axis: 1, 0..<Q)  // [B, Q + T, D] → [B, Q, D]
    if let crossAttention, let norm2 {
      queries = norm2(queries + crossAttention(queries, context: image).output)  // over [B, N, C]
    }
    queries = norm3(queries + feedForward(queries))  // [B, Q, D] → [B, Q, D]
    guard let textFeedForward, let textNorm, x.dim(1) > Q else { return queries }
    var text = attended.sliced(axis: 1, Q..<x.dim(1))  // [B, Q + T, D] → [B, T, D]
    text = textNorm(text + textFeedForward(text))  // [B, T, D] → [B, T, D]
    return .concatenated([queries, text], axis: 1)  // [B, Q, D], [B, T, D] → [B, Q + T, D]
  }
}

extension QFormer {
  /// The published names of the weights: the queries at `root`, all others below its `qformer`.
  public static func weights(under root: String = "(model.|)") -> WeightMap {
    let layer = "encoder.layer.{N}."
    func attention(_ ours: String, _ published: String, norm: String) -> WeightMap {
      WeightMap([
        "blocks.{N}.\(ours).query": layer + published + ".attention.query",
        "blocks.{N}.\(ours).key": layer + published + ".attention.key",
        "blocks.{N}.\(ours).value": layer + published + ".attention.value",
        "blocks.{N}.\(ours).output": layer + published + ".output.dense",
        "blocks.{N}.\(norm)": layer + published + ".output.LayerNorm",
      ])
    }
    let map =
      attention("selfAttention", "attention", norm: "norm1")
      + attention("crossAttention", "crossattention", norm: "norm2")
      + WeightMap(
        [
          "textEmbedding": "embeddings.word_embeddings",
          "positions": "embeddings.position_embeddings.weight",
          "norm": "(embeddings.|)layernorm",
          "blocks.{N}.feedForward.expand": layer + "intermediate_query.dense",
          "blocks.{N}.feedForward.contract": layer + "output_query.dense",
          "blocks.{N}.norm3": layer + "output_query.LayerNorm",
          "blocks.{N}.textFeedForward.expand": layer + "intermediate.dense",
          "blocks.{N}.textFeedForward.contract": layer + "output.dense",
          "blocks.{N}.textNorm": layer + "output.LayerNorm",
        ], ignoring: ["embeddings.position_ids"])
    return WeightMap(["queries": root + "query_tokens"]) + map.inside("", root + "qformer.")
  }
}
