import NanoVLA
import Tensors

/// GPT-2: a stack of pre-norm transformer blocks with a causal mask and learned positions.
///
/// - Letters: B texts, T tokens, D width, V vocabulary.
/// - Reference: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019),
///   section 2.3.
public final class GPT2: LanguageModel {
  public let configuration: GPT2Configuration
  public let embedding: Embedding
  public let positions: Tensor  // [maximum T, D]
  public let blocks: [PreNormBlock]
  public let norm: any Layer
  public let head: Linear?  // D → V; nil if tied to the token embeddings

  /// A network with random weights.
  public init(_ configuration: GPT2Configuration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, D) = (configuration, configuration.width)
    embedding = Embedding(count: c.vocabulary, width: D, using: &random)
    positions = Tensor.normal([c.maximumTokens, D], scale: 0.02, using: &random).asParameter()
    blocks = PreNormBlock.stack(
      depth: c.depth, width: D, heads: c.heads, hidden: c.hidden, activation: c.activation,
      epsilon: c.epsilon, using: &random)
    norm = LayerNorm(width: D, epsilon: c.epsilon)
    head = c.isTied ? nil : Linear(inputs: D, outputs: c.vocabulary, bias: false, using: &random)
  }

  public var maximumTokens: Int { positions.dim(0) }

  public func positioned(_ tokens: Tensor, from start: Int) -> Tensor {
    let end = start + tokens.dim(1)
    guard end <= positions.dim(0) else {
      fatalError("GPT-2: \(end) tokens for \(positions.dim(0)) positions")
    }
    return tokens + positions.sliced(axis: 0, start..<end)  // [B, T, D] + [T, D] → [B, T, D]
  }

  /// The published names of the weights. Linear layers are stored as [I, O], and query, key and value
  /// as one.
  public static func weights(under root: String = "(transformer.|)") -> WeightMap {
    let layer = root + "h.{N}."
    return WeightMap(
      [
        "embedding": root + "wte",
        "positions": root + "wpe.weight",
        "blocks.{N}.norm1": layer + "ln_1",
        "blocks.{N}.norm2": layer + "ln_2",
        "norm": root + "ln_f",
        "head": "lm_head",
      ],
      ignoring: [layer + "attn.bias", layer + "attn.masked_bias"])
      + WeightMap(
        split: layer + "attn.c_attn",
        into: ["query", "key", "value"].map { "blocks.{N}.attention." + $0 }, form: .transposed)
      + WeightMap(
        [
          "blocks.{N}.attention.output": layer + "attn.c_proj",
          "blocks.{N}.feedForward.expand": layer + "mlp.c_fc",
          "blocks.{N}.feedForward.contract": layer + "mlp.c_proj",
        ], form: .transposed)
  }
}

/// The sizes of a ``GPT2``; the defaults are a nano one.
public struct GPT2Configuration: Sendable, Equatable {
  public var vocabulary = 64
  public var width = 16
  public var depth = 2
  public var heads = 4
  public var hidden = 32
  public var activation = Activation.geluTanh
  public var epsilon: Float = 1e-5
  public var maximumTokens = 64
  /// Whether the head is tied to the token embeddings.
  public var isTied = true

  /// Nano size.
  public init() {}
}
