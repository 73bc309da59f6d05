import NanoVLA
import Tensors

/// OPT: GPT-2 once more, trained in the open, with ReLU.
///
/// The same blocks under the same causal mask. The one surprise is its table of positions: the first
/// two rows were kept for padding, so the first token of a text takes the third.
///
/// Letters: B texts, T tokens, D width, V vocabulary.
///
/// Reference: Zhang et al., "OPT: Open Pre-trained Transformer Language Models" (2022), section 2.1.
/// Left out: the 350M model, which alone normalizes after each step and projects its word table.
public final class OPT: LanguageModel {
  /// The first rows of ``positions``, which no token takes.
  public static let reservedPositions = 2

  public let configuration: OPTConfiguration
  public let embedding: Embedding
  public let positions: Tensor  // [2 + maximum T, D]
  public let blocks: [PreNormBlock]
  public let norm: any Layer
  public let head: Linear?

  public init(_ configuration: OPTConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, D) = (configuration, configuration.width)
    embedding = Embedding(count: c.vocabulary, width: D, using: &random)
    positions = Tensor.normal(
      [Self.reservedPositions + c.maximumTokens, D], scale: 0.02, using: &random
    ).asParameter()
    blocks = PreNormBlock.stack(
      depth: c.depth, width: D, heads: c.heads, hidden: c.hidden, activation: c.activation,
      using: &random)
    norm = LayerNorm(width: D)
    head = c.isTied ? nil : Linear(inputs: D, outputs: c.vocabulary, bias: false, using: &random)
  }

  public var maximumTokens: Int { configuration.maximumTokens }

  public func positioned(_ tokens: Tensor, from start: Int) -> Tensor {
    let end = start + tokens.dim(1)
    guard end <= maximumTokens else {
      fatalError("OPT: \(end) tokens, this model reads \(maximumTokens)")
    }
    let rows = start + Self.reservedPositions..<end + Self.reservedPositions
    return tokens + positions.sliced(axis: 0, rows)  // [B, T, D] + [T, D] → [B, T, D]
  }

  /// Where a checkpoint holds the weights.
  /// - Parameters:
  ///   - body: what stands before `layers` there.
  ///   - head: what stands before `lm_head`.
  public static func weights(body: String = "(model.|)decoder.", head: String = "") -> WeightMap {
    let layer = body + "layers.{N}."
    let map = WeightMap([
      "embedding": body + "embed_tokens",
      "positions": body + "embed_positions.weight",
      "blocks.{N}.norm1": layer + "self_attn_layer_norm",
      "blocks.{N}.attention.query": layer + "self_attn.q_proj",
      "blocks.{N}.attention.key": layer + "self_attn.k_proj",
      "blocks.{N}.attention.value": layer + "self_attn.v_proj",
      "blocks.{N}.attention.output": layer + "self_attn.out_proj",
      "blocks.{N}.norm2": layer + "final_layer_norm",
      "blocks.{N}.feedForward.expand": layer + "fc1",
      "blocks.{N}.feedForward.contract": layer + "fc2",
      "norm": body + "final_layer_norm",
      "head": head + "lm_head",
    ])
    // Some files hold a tied head as well, the word table once more.
    return map + WeightMap([:], ignoring: [head + "lm_head.weight"])
  }
}

/// The sizes of an ``OPT``; the defaults are a nano one.
public struct OPTConfiguration: Sendable, Equatable {
  public var vocabulary = 64
  public var width = 16
  public var depth = 2
  public var heads = 4
  public var hidden = 32
  public var activation = Activation.relu
  public var maximumTokens = 64
  /// Whether the word table also scores the next word.
  public var isTied = true

  public init() {}
}
