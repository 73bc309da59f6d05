import NanoVLA
import Tensors

/// Llama: the decoder that most open language models are (Vicuna, TinyLlama, Mistral, Qwen2).
///
/// A pre-norm block with RMSNorm, rotary positions, grouped key/value heads and SwiGLU. There are no
/// biases, except in Qwen2's queries, keys and values.
///
/// Letters: B texts, T tokens, D width, V vocabulary.
///
/// Reference: Touvron et al., "LLaMA" (2023), section 2.2; "Llama 2" (2023), section 2.2.
public final class Llama: LanguageModel {
  public let configuration: LlamaConfiguration
  public let embedding: Embedding
  public let blocks: [PreNormBlock]
  public let norm: any Layer
  public let head: Linear?

  /// A network with random weights.
  public init(_ configuration: LlamaConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, D) = (configuration, configuration.width)
    let rotary = RotaryPosition(headWidth: c.headWidth, theta: c.theta)
    embedding = Embedding(count: c.vocabulary, width: D, using: &random)
    var blocks: [PreNormBlock] = []
    for _ in 0..<c.depth {
      blocks.append(
        PreNormBlock(
          norm: { RMSNorm(width: D, epsilon: c.epsilon) },
          attention: GroupedQueryAttention(
            width: D, heads: c.heads, keyValueHeads: c.keyValueHeads, headWidth: c.headWidth,
            inputBias: c.inputBias, outputBias: c.outputBias, rotary: rotary, using: &random),
          feedForward: SwiGLU(
            width: D, hidden: c.hidden, activation: c.activation, bias: c.feedForwardBias,
            using: &random)))
    }
    self.blocks = blocks
    norm = RMSNorm(width: D, epsilon: c.epsilon)
    head = c.isTied ? nil : Linear(inputs: D, outputs: c.vocabulary, bias: false, using: &random)
  }

  public var maximumTokens: Int { configuration.maximumTokens }

  /// The published names of the weights.
  /// - Parameters:
  ///   - body: the prefix of `layers`.
  ///   - head: the prefix of `lm_head`.
  public static func weights(body: String = "(model.|)", head: String = "") -> WeightMap {
    let layer = body + "layers.{N}."
    return WeightMap(
      [
        "embedding": body + "embed_tokens",
        "blocks.{N}.norm1": layer + "input_layernorm",
        "blocks.{N}.attention.query": layer + "self_attn.q_proj",
        "blocks.{N}.attention.key": layer + "self_attn.k_proj",
        "blocks.{N}.attention.value": layer + "self_attn.v_proj",
        "blocks.{N}.attention.output": layer + "self_attn.o_proj",
        "blocks.{N}.norm2": layer + "post_attention_layernorm",
        "blocks.{N}.feedForward.gate": layer + "mlp.gate_proj",
        "blocks.{N}.feedForward.up": layer + "mlp.up_proj",
        "blocks.{N}.feedForward.down": layer + "mlp.down_proj",
        "norm": body + "norm",
        "head": head + "lm_head",
      ],
      ignoring: [layer + "self_attn.rotary_emb.inv_freq", body + "rotary_emb.inv_freq"])
  }
}

/// The sizes of a ``Llama``; the defaults are a nano one.
public struct LlamaConfiguration: Sendable, Equatable {
  public var vocabulary = 64
  public var width = 16
  public var depth = 2
  public var heads = 4
  public var keyValueHeads = 2
  public var headWidth = 4
  public var hidden = 24
  public var activation = Activation.silu
  public var epsilon: Float = 1e-5
  public var theta: Float = 10_000
  public var inputBias = false
  public var outputBias = false
  public var feedForwardBias = false
  /// Whether the head is tied to the token embeddings.
  public var isTied = false
  /// The longest training text, in tokens.
  public var maximumTokens = 2048

  /// Nano size.
  public init() {}
}
