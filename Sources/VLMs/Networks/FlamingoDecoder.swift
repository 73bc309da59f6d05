import NanoVLA
import Tensors

/// Flamingo's language model: a ``RotaryDecoder`` with gated cross-attention before every n-th block.
///
/// The image is not in the prompt but beside it, so a prompt is as long as its text, and the decoder is
/// told which image it reads (``seeing(_:from:)``). Idefics adds a few tokens to the decoder's vocabulary,
/// among them `<image>`, with tables of their own: the old ones could then stay frozen.
///
/// - Letters: B texts, T tokens, Q image tokens, V their width, D width, W words of the decoder, A
///   added tokens.
/// - Reference: Alayrac et al., "Flamingo" (2022), §2.2; Laurençon et al., "OBELICS" (2023),
///   section 4.1, for Idefics.
public final class FlamingoDecoder: LanguageModel {
  public let text: RotaryDecoder
  public let addedEmbedding: Embedding?  // [A, D]
  public let crossAttention: [GatedCrossAttention]
  public let addedHead: Linear?  // D → A; nil if tied, or if there are none
  /// The image that it attends to, [B, Q, V]; nil for a text without one.
  let image: Tensor?
  /// For each text the number of tokens before the image, which do not see it.
  let starts: [Int]

  /// A decoder with random weights.
  public init(_ configuration: FlamingoConfiguration, using random: inout SeededRandom) {
    let (c, D) = (configuration, configuration.language.width)
    (image, starts) = (nil, [])
    text = RotaryDecoder(c.language, using: &random)
    let hasAdded = c.addedTokens > 0
    addedEmbedding = hasAdded ? Embedding(count: c.addedTokens, width: D, using: &random) : nil
    var layers: [GatedCrossAttention] = []
    for _ in 0..<c.language.depth / c.interval {
      layers.append(GatedCrossAttention(c, using: &random))
    }
    crossAttention = layers
    addedHead =
      hasAdded && !c.language.isTied
      ? Linear(inputs: D, outputs: c.addedTokens, bias: false, using: &random) : nil
  }

  private init(_ decoder: FlamingoDecoder, image: Tensor, starts: [Int]) {
    (text, addedEmbedding) = (decoder.text, decoder.addedEmbedding)
    (crossAttention, addedHead) = (decoder.crossAttention, decoder.addedHead)
    (self.image, self.starts) = (image, starts)
  }

  /// This decoder, of the same weights, as it reads texts with these images.
  /// - Parameters:
  ///   - image: [B, Q, V]
  ///   - starts: for each of B texts, the number of tokens before the image.
  public func seeing(_ image: Tensor, from starts: [Int]) -> FlamingoDecoder {
    guard image.dim(0) == starts.count else {
      fatalError("Flamingo: images \(image.shape) for \(starts.count) texts")
    }
    return FlamingoDecoder(self, image: image, starts: starts)
  }

  public var embedding: Embedding { text.embedding }
  public var blocks: [PreNormBlock] { text.blocks }
  public var norm: any Layer { text.norm }
  public var head: Linear? { text.head }
  public var maximumTokens: Int { text.maximumTokens }
  public var vocabulary: Int { text.vocabulary + (addedEmbedding?.weight.dim(0) ?? 0) }

  public func embed(_ ids: [[Int]]) -> Tensor {
    guard let addedEmbedding else { return text.embed(ids) }
    let (W, all) = (text.vocabulary, ids.flatMap { $0 })
    let words = text.embed(ids.map { $0.map { $0 < W ? $0 : 0 } })  // → [B, T, D]
    let D = words.dim(2)
    let table = Tensor.concatenated(  // [B·T, D], [A, D] → [B·T + A, D]
      [words.reshaped([-1, D]), addedEmbedding.weight], axis: 0)
    let order = all.enumerated().map { $1 < W ? $0 : all.count + $1 - W }
    return table.rows(at: order).reshaped(words.shape)  // → [B·T, D] → [B, T, D]
  }

  public func applyBlocks(
    to x: Tensor, mask: Tensor?, cache: KeyValueCache?, observe: (Tensor) -> Void
  ) -> Tensor {
    let seen = seen(x, from: cache?.length ?? 0)
    let interval = blocks.count / crossAttention.count
    var x = x
    for (index, block) in blocks.enumerated() {
      if index % interval == 0 {
        let number = index / interval
        x = crossAttention[number](  // [B, T, D] → [B, T, D]
          x, image: image, seen: seen, cache: cache?.layers[blocks.count + number])
        observe(x)
      }
      x = block(x, mask: mask, cache: cache?.layers[index])  // [B, T, D] → [B, T, D]
      observe(x)
    }
    return x
  }

  /// 1 for each token that stands behind the image, 0 for the others, [B, T, 1].
  private func seen(_ x: Tensor, from past: Int) -> Tensor {
    let (B, T) = (x.dim(0), x.dim(1))
    guard image == nil || starts.count == B else {
      fatalError("Flamingo: \(B) texts for the images of \(starts.count)")
    }
    let values: [Float] = starts.flatMap { start in (past..<past + T).map { $0 < start ? 0 : 1 } }
    return Tensor(image == nil ? .init(repeating: 0, count: B * T) : values, shape: [B, T, 1])
  }

  public func logits(_ features: Tensor) -> Tensor {
    let words = text.logits(features)  // [B, T, D] → [B, T, W]
    guard let addedEmbedding else { return words }
    let added = addedHead?(features) ?? features.matmul(transposed: addedEmbedding.weight)
    return Tensor.concatenated([words, added], axis: -1)  // [B, T, W], [B, T, A] → [B, T, W + A]
      .traced("logits", "of the added tokens too")
  }

  /// One layer for each block, then one for the image's keys and values in each cross-attention.
  public func emptyCache() -> KeyValueCache {
    KeyValueCache(depth: blocks.count + crossAttention.count)
  }
}
