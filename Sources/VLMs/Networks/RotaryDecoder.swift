import NanoVLA
import Tensors

/// The decoder that most open language models are: Llama, Mistral, Qwen2, Gemma.
///
/// A pre-norm block with RMSNorm, rotary positions, grouped key/value heads and a gated MLP. They are
/// configurations of one network:
///
/// - Llama (Vicuna, TinyLlama): as described, without biases.
/// - Mistral: a sliding window, if config.json has one.
/// - Qwen2: biases in queries, keys and values; some checkpoints have a window in the upper blocks.
/// - Gemma: norms store the gain − 1, token embeddings are multiplied by √D, the gate is a GELU, and
///   the head is tied.
///
/// - Letters: B texts, T tokens, D width, V vocabulary.
/// - Reference: Touvron et al., "LLaMA" (2023), §2.2; Jiang et al., "Mistral 7B" (2023),
///   section 2; Yang et al., "Qwen2 Technical Report" (2024), §2.2; Gemma Team, "Gemma"
///   (2024), §2.
public final class RotaryDecoder: LanguageModel {
  public let configuration: RotaryDecoderConfiguration
  public let embedding: Embedding
  public let blocks: [PreNormBlock]
  public let norm: any Layer
  public let head: Linear?

  /// A network with random weights.
  public init(_ configuration: RotaryDecoderConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, D) = (configuration, configuration.width)
    embedding = Embedding(count: c.vocabulary, width: D, using: &random)
    blocks = Self.blocks(c, using: &random)
    norm = c.norm()
    head = c.isTied ? nil : Linear(inputs: D, outputs: c.vocabulary, bias: false, using: &random)
  }

  /// The blocks of these sizes.
  static func blocks(
    _ c: RotaryDecoderConfiguration, using random: inout SeededRandom
  ) -> [PreNormBlock] {
    let rotary = RotaryPosition(headWidth: c.headWidth, theta: c.theta, scaling: c.rotaryScaling)
    var blocks: [PreNormBlock] = []
    for index in 0..<c.depth {
      blocks.append(
        PreNormBlock(
          norm: c.norm,
          attention: GroupedQueryAttention(
            width: c.width, heads: c.heads, keyValueHeads: c.keyValueHeads, headWidth: c.headWidth,
            inputBias: c.inputBias, outputBias: c.outputBias, rotary: rotary,
            window: c.windows.indices.contains(index) ? c.windows[index] : nil, using: &random),
          feedForward: SwiGLU(
            width: c.width, hidden: c.hidden, activation: c.activation, bias: c.feedForwardBias,
            using: &random)))
    }
    return blocks
  }

  public var maximumTokens: Int { configuration.maximumTokens }
  public var readsPromptBothWays: Bool { configuration.readsPromptBothWays }
  public var embeddingScale: Float {
    configuration.scalesEmbeddings ? Float(configuration.width).squareRoot() : 1
  }

  /// The published names of the weights.
  /// - Parameters:
  ///   - body: the prefix of `layers`.
  ///   - head: the prefix of `lm_head`.
  public static func weights(body: String = "(model.|)", head: String = "") -> WeightMap {
    WeightMap(["embedding": body + "embed_tokens", "head": head + "lm_head"])
      + blockWeights(body: body)
  }

  /// The published names of the weights of the blocks and of the norm after them.
  static func blockWeights(body: String) -> WeightMap {
    let layer = body + "layers.{N}."
    return WeightMap(
      [
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
      ],
      ignoring: [layer + "self_attn.rotary_emb.inv_freq", body + "rotary_emb.inv_freq"])
  }
}

/// The sizes and variations of a ``RotaryDecoder``; the defaults are a nano Llama.
public struct RotaryDecoderConfiguration: Sendable, Equatable {
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
  /// Frequencies for longer texts than those of the first training.
  public var rotaryScaling = RotaryScaling.none
  /// The number of tokens that each block attends to; nil, and for blocks beyond the end, all.
  public var windows: [Int?] = []
  public var inputBias = false
  public var outputBias = false
  public var feedForwardBias = false
  /// What is added to the stored gain of each norm: 1 in Gemma.
  public var normOffset: Float = 0
  /// Whether token embeddings are multiplied by √width, as in Gemma.
  public var scalesEmbeddings = false
  /// Whether the tokens of a prompt attend to one another in both directions, as in PaliGemma.
  public var readsPromptBothWays = false
  /// Whether the head is tied to the token embeddings.
  public var isTied = false
  /// The longest training text, in tokens.
  public var maximumTokens = 2048

  /// Nano size.
  public init() {}

  /// A norm of these settings.
  func norm() -> RMSNorm { RMSNorm(width: width, epsilon: epsilon, offset: normOffset) }
}
