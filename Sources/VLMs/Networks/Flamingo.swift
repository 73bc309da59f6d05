import Tensors

/// Flamingo, as published in Idefics: a language model that attends to an image beside its text.
///
/// LLaVA and BLIP-2 put image tokens into the prompt. In Flamingo the prompt holds only text, with one
/// `<image>` where the picture stands, and new blocks between those of the language model attend to it
/// (``GatedCrossAttention``). A ``PerceiverResampler`` first turns the vision tower's tokens into a few.
///
/// - Letters: B prompts, H×W pixels, N tokens of the vision tower, V their width, Q latents, T
///   tokens, D width of the language model.
/// - Reference: Alayrac et al., "Flamingo: a Visual Language Model for Few-Shot Learning" (2022),
///   section 2; Laurençon et al., "OBELICS" (2023), §4.1. Left out: several images in one
///   prompt, and OpenFlamingo's files.
public final class Flamingo: PublishedVLM {
  public let configuration: FlamingoConfiguration
  public let vision: VisionTransformer
  public let perceiver: PerceiverResampler?
  public let language: FlamingoDecoder

  /// A network with random weights.
  public init(_ configuration: FlamingoConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    vision = VisionTransformer(c.vision, using: &random)
    perceiver = c.perceiver.map { PerceiverResampler($0, width: c.vision.width, using: &random) }
    language = FlamingoDecoder(c, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }
  public var imageToken: Int? { configuration.imageToken }

  /// What the language model attends to: [B, H, W, 3] → [B, Q, V], or [B, N, V] without a resampler.
  public func latents(_ images: Tensor) -> Tensor {
    let features = vision.features(images, blocks: [-1], skipping: 0)  // → [B, N, V]
    return (perceiver?(features) ?? features)
      .traced("image tokens", "beside the prompt, for the cross-attention of the language model")
  }

  /// The image tokens as the first cross-attention adds them to the text: [B, H, W, 3] → [B, Q, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    language.crossAttention[0].attention.value(latents(images))  // [B, Q, V] → [B, Q, D]
  }

  /// The prompt's tokens, text alone, [B, T, D].
  /// - Parameter ids: with one `<image>`.
  /// - Throws: ``PromptError`` if there is not one, or the prompt is too long.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try language.check(ids, imageTokens: 1, at: configuration.imageToken)
    return language.embed(ids)
  }

  /// The language model, seeing the images from `<image>` on.
  public func reader(of ids: [[Int]], images: Tensor) throws -> any LanguageModel {
    try language.check(ids, imageTokens: 1, at: configuration.imageToken)
    let starts = ids.map { $0.firstIndex(of: configuration.imageToken) ?? 0 }
    return language.seeing(latents(images), from: starts)
  }

  /// The published names of the weights.
  public static let weights: WeightMap = {
    let (latents, cross) = ("model.perceiver_resampler.", "model.gated_cross_attn_layers.{N}.")
    let resampler = WeightMap([
      "latents": "latents",
      "blocks.{N}.contextNorm": "blocks.{N}.0.context_layer_norm",
      "blocks.{N}.norm1": "blocks.{N}.0.latents_layer_norm",
      "blocks.{N}.attention.query": "blocks.{N}.0.q_proj",
      "blocks.{N}.attention.key": "blocks.{N}.0.k_proj",
      "blocks.{N}.attention.value": "blocks.{N}.0.v_proj",
      "blocks.{N}.attention.queryNorm": "blocks.{N}.0.q_layer_norm",
      "blocks.{N}.attention.keyNorm": "blocks.{N}.0.k_layer_norm",
      "blocks.{N}.attention.output": "blocks.{N}.0.output_proj",
      "blocks.{N}.norm2": "blocks.{N}.1.ln",
      "blocks.{N}.feedForward.expand": "blocks.{N}.1.fc",
      "blocks.{N}.feedForward.contract": "blocks.{N}.1.c_proj",
      "norm": "layer_norm",
    ])
    let gated = WeightMap([
      "norm1": "input_layernorm",
      "attention.query": "cross_attn.q_proj",
      "attention.key": "cross_attn.k_proj",
      "attention.value": "cross_attn.v_proj",
      "attention.queryNorm": "cross_attn.q_layer_norm",
      "attention.keyNorm": "cross_attn.k_layer_norm",
      "attention.output": "cross_attn.o_proj",
      "attentionGate": "alpha_cross_attn",
      "norm2": "post_attention_layernorm",
      "feedForward.gate": "mlp.gate_proj",
      "feedForward.up": "mlp.up_proj",
      "feedForward.down": "mlp.down_proj",
      "feedForwardGate": "alpha_dense",
    ])
    let added = WeightMap(
      [
        "language.addedEmbedding": "model.embed_tokens.additional_embedding",
        "language.addedHead": "lm_head.additional_fc",
      ], ignoring: [cross + "cross_attn.rotary_emb.inv_freq"])
    return VisionTransformer.clipWeights(under: "model.vision_model.").inside("vision.", "")
      + resampler.inside("perceiver.", latents)
      + gated.inside("language.crossAttention.{N}.", cross)
      + added
      + RotaryDecoder.weights(body: "model.").inside("language.text.", "")
  }()
}
