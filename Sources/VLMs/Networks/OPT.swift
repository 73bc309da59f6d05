import NanoVLA
import Tensors

/// OPT: an openly trained decoder like GPT-2, with ReLU.
///
/// One detail differs: the first two rows of its learned positions are reserved for padding, so the
/// first token of a text has the third.
///
/// - Letters: B texts, T tokens, D width, V vocabulary.
/// - Reference: Zhang et al., "OPT: Open Pre-trained Transformer Language Models" (2022), §2.1. Left out: the 350M model, which normalizes after each layer and projects its embeddings.
public final class OPT: LanguageModel {
  /// The number of first rows of ``positions`` that are not used.
  public static let reservedPositions = 2

  public let configuration: OPTConfiguration
  public let embedding: Embedding
  public let positions: Tensor  // [2 + maximum T, D]
  public let blocks: [PreNormBlock]
  public let norm: any Layer
  public let head: Linear?

  /// A network with random weights.
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
      fatalError("OPT: \(end) tokens for \(maximumTokens) positions")
    }
    let rows = start + Self.reservedPositions..<end + Self.reservedPositions
    return tokens + positions.sliced(axis: 0, rows)  // [B, T, D] + [T, D] → [B, T, D]
  }

  /// The published names of the weights.
  /// - Parameters:
  ///   - body: the prefix of `layers`.
  ///   - head: the prefix of `lm_head`.
  public static func weights(body: String = "(model.|)decoder.", head: String = "") -> WeightMap {
    let layer = body + "layers.{N}."
    return WeightMap([
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
  /// Whether the head is tied to the token embeddings.
  public var isTied = true

  /// Nano size.
  public init() {}
}
