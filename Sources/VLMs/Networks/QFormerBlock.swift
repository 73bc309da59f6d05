import NanoVLA
import Tensors

/// A block of the Q-Former: BERT's, with a look at the image for the queries.
///
/// Every step normalizes its sum (post-norm), as the first transformers did, where the course's own
/// block normalizes what goes in. Queries and words share the attention in which they meet; but only
/// queries look at the image, and each of the two kinds thinks with a feed-forward layer of its own.
///
/// Letters: B images, Q queries, T words, N places of the vision tower, C their width, D width.
///
/// Reference: Li et al., "BLIP-2" (2023), figure 2; Devlin et al., "BERT" (2019), for the order.
public final class QFormerBlock: Module {
  public let selfAttention: GroupedQueryAttention
  public let norm1: LayerNorm
  public let crossAttention: GroupedQueryAttention?
  public let norm2: LayerNorm?
  public let feedForward: MLP
  public let norm3: LayerNorm
  public let wordFeedForward: MLP?
  public let wordNorm: LayerNorm?

  /// - Parameter contextWidth: C; nil for a block that does not look at the image.
  public init(
    _ configuration: QFormerConfiguration, contextWidth: Int?, using random: inout SeededRandom
  ) {
    let (c, D) = (configuration, configuration.width)
    func norm() -> LayerNorm { LayerNorm(width: D, epsilon: c.epsilon) }
    func think() -> MLP {
      MLP(width: D, hidden: c.hidden, activation: c.activation, using: &random)
    }
    selfAttention = GroupedQueryAttention(width: D, heads: c.heads, using: &random)
    norm1 = norm()
    crossAttention = contextWidth.map {
      GroupedQueryAttention(width: D, heads: c.heads, contextWidth: $0, using: &random)
    }
    norm2 = contextWidth == nil ? nil : norm()
    (feedForward, norm3) = (think(), norm())
    (wordFeedForward, wordNorm) = c.readsWords ? (think(), norm()) : (nil, nil)
  }

  /// - Parameters:
  ///   - x: queries, then words, [B, Q + T, D].
  ///   - queries: Q.
  ///   - image: [B, N, C]
  ///   - mask: who may look at whom among queries and words, see ``AttentionMask``.
  /// - Returns: [B, Q + T, D]
  public func callAsFunction(
    _ x: Tensor, queries Q: Int, image: Tensor, mask: Tensor? = nil
  ) -> Tensor {
    let met = norm1(x + selfAttention(x, mask: mask).output)  // [B, Q + T, D] → [B, Q + T, D]
    var asking = met.sliced(axis: 1, 0..<Q)  // [B, Q + T, D] → [B, Q, D]
    if let crossAttention, let norm2 {
      asking = norm2(asking + crossAttention(asking, context: image).output)  // over [B, N, C]
    }
    let answered = norm3(asking + feedForward(asking))  // [B, Q, D] → [B, Q, D]
    guard let wordFeedForward, let wordNorm, x.dim(1) > Q else { return answered }
    let words = met.sliced(axis: 1, Q..<x.dim(1))  // [B, Q + T, D] → [B, T, D]
    let read = wordNorm(words + wordFeedForward(words))  // [B, T, D] → [B, T, D]
    return .concatenated([answered, read], axis: 1)  // [B, Q, D], [B, T, D] → [B, Q + T, D]
  }
}

extension QFormer {
  /// Where a checkpoint holds the weights: the queries at `root`, all else below its `qformer`.
  public static func weights(under root: String = "(model.|)") -> WeightMap {
    let layer = "encoder.layer.{N}."
    func attention(_ ours: String, _ theirs: String, norm: String) -> WeightMap {
      WeightMap([
        "blocks.{N}.\(ours).query": layer + theirs + ".attention.query",
        "blocks.{N}.\(ours).key": layer + theirs + ".attention.key",
        "blocks.{N}.\(ours).value": layer + theirs + ".attention.value",
        "blocks.{N}.\(ours).output": layer + theirs + ".output.dense",
        "blocks.{N}.\(norm)": layer + theirs + ".output.LayerNorm",
      ])
    }
    let map =
      attention("selfAttention", "attention", norm: "norm1")
      + attention("crossAttention", "crossattention", norm: "norm2")
      + WeightMap(
        [
          "words": "embeddings.word_embeddings",
          "positions": "embeddings.position_embeddings.weight",
          "norm": "(embeddings.|)layernorm",
          "blocks.{N}.feedForward.expand": layer + "intermediate_query.dense",
          "blocks.{N}.feedForward.contract": layer + "output_query.dense",
          "blocks.{N}.norm3": layer + "output_query.LayerNorm",
          "blocks.{N}.wordFeedForward.expand": layer + "intermediate.dense",
          "blocks.{N}.wordFeedForward.contract": layer + "output.dense",
          "blocks.{N}.wordNorm": layer + "output.LayerNorm",
        ], ignoring: ["embeddings.position_ids"])
    return WeightMap(["queries": root + "query_tokens"]) + map.inside("", root + "qformer.")
  }
}
