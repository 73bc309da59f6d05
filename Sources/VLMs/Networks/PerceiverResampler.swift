import NanoVLA
import Tensors

/// The perceiver resampler: a few learned latents read an image of any number of tokens.
///
/// Like the ``QFormer`` it turns an image into a fixed number of vectors. Here keys and values are those of
/// the image and of the latents themselves, one after the other, so one attention is cross-attention and
/// self-attention at the same time.
///
///     z ← z + attention(norm(z), [norm(x); norm(z)]),   z ← z + mlp(norm(z))
///
/// - Letters: B images, N tokens of the vision tower, Q latents, V their width.
/// - Reference: Alayrac et al., "Flamingo: a Visual Language Model for Few-Shot Learning" (2022),
///   section 2.1 and figure 5; the norms of queries and keys and the ReLU are those of Idefics.
public final class PerceiverResampler: Module {
  public let latents: Tensor  // [Q, V]
  public let blocks: [PerceiverBlock]
  public let norm: LayerNorm

  /// - Parameter width: V.
  public init(_ configuration: PerceiverConfiguration, width: Int, using random: inout SeededRandom)
  {
    let c = configuration
    latents = Tensor.normal([c.latents, width], scale: 1, using: &random).asParameter()
    var blocks: [PerceiverBlock] = []
    for _ in 0..<c.depth { blocks.append(PerceiverBlock(c, width: width, using: &random)) }
    self.blocks = blocks
    norm = LayerNorm(width: width)
  }

  /// - Parameter image: all tokens of the vision tower, [B, N, V].
  /// - Returns: [B, Q, V]
  public func callAsFunction(_ image: Tensor) -> Tensor {
    let (Q, V) = (latents.dim(0), latents.dim(1))
    var z = latents.reshaped([1, Q, V])  // [Q, V] → [1, Q, V]
      .broadcast(to: [image.dim(0), Q, V])  // [1, Q, V] → [B, Q, V]
    for block in blocks { z = block(z, reading: image) }  // [B, Q, V] → [B, Q, V]
    return norm(z)
  }
}

/// A block of the ``PerceiverResampler``.
public final class PerceiverBlock: Module {
  public let contextNorm: LayerNorm
  public let norm1: LayerNorm
  public let attention: GroupedQueryAttention
  public let norm2: LayerNorm
  public let feedForward: MLP

  /// - Parameter width: V.
  public init(_ configuration: PerceiverConfiguration, width: Int, using random: inout SeededRandom)
  {
    let (c, V) = (configuration, width)
    (contextNorm, norm1, norm2) = (LayerNorm(width: V), LayerNorm(width: V), LayerNorm(width: V))
    attention = GroupedQueryAttention(
      width: V, heads: c.heads, headWidth: c.headWidth, inputBias: false, outputBias: false,
      headNorm: c.normalizesHeads ? { LayerNorm(width: c.headWidth) } : nil, using: &random)
    feedForward = MLP(width: V, hidden: 4 * V, activation: .relu, bias: false, using: &random)
  }

  /// - Parameters:
  ///   - z: the latents, [B, Q, V].
  ///   - image: [B, N, V]
  /// - Returns: [B, Q, V]
  public func callAsFunction(_ z: Tensor, reading image: Tensor) -> Tensor {
    let queries = norm1(z)  // [B, Q, V] → [B, Q, V]
    let context = Tensor.concatenated([contextNorm(image), queries], axis: 1)  // → [B, N + Q, V]
    let read = z + attention(queries, context: context).output  // [B, Q, V] → [B, Q, V]
    return read + feedForward(norm2(read))
  }
}

/// The sizes of a ``PerceiverResampler``; the defaults are a nano one.
public struct PerceiverConfiguration: Sendable, Equatable {
  public var latents = 2
  public var depth = 1
  public var heads = 2
  public var headWidth = 8
  /// Whether the queries and keys of each head are normalized.
  public var normalizesHeads = true

  /// Nano size.
  public init() {}
}
