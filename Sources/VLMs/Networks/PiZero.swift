import NanoVLA
import Tensors

/// π0: a ``PaliGemma`` with an ``ActionExpert``, which predicts chunks of continuous actions.
///
/// OpenVLA writes actions as tokens, one by one. π0 lets noise flow to a whole chunk of them: the
/// PaliGemma reads images and instruction, and the expert computes the velocity at every time t from
/// the keys and values of that prompt.
///
/// - Letters: T tokens of a prompt, D width of the language model, S state numbers, K steps in a
///   chunk, A action dimensions.
/// - Reference: Black et al., "π0: A Vision-Language-Action Flow Model for General Robot Control"
///   (2024), §IV; Physical-Intelligence/openpi, models/pi0.py. Left out: π0.5, whose expert
///   has adaptive norms.
public final class PiZero: PublishedVLM {
  public let configuration: PiZeroConfiguration
  public let paligemma: PaliGemma
  public let expert: ActionExpert

  /// A network with random weights.
  public init(_ configuration: PiZeroConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    paligemma = PaliGemma(configuration.paligemma, using: &random)
    expert = ActionExpert(configuration.expert, using: &random)
  }

  public var language: RotaryDecoder { paligemma.language }
  public var imageSize: Int { paligemma.imageSize }
  public var imageToken: Int? { paligemma.imageToken }

  /// The image tokens: [B, H, W, 3] → [B, P, D].
  public func encodeImage(_ images: Tensor) -> Tensor { paligemma.encodeImage(images) }

  /// The prompt's tokens, [B, T, D], as of ``PaliGemma/prompt(_:images:)``; a robot with several cameras
  /// has as many images in each prompt.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try paligemma.prompt(ids, images: images)
  }

  /// The keys and values of a prompt, [1, T, D], for the expert.
  public func prefix(of prompt: Tensor) -> KeyValueCache {
    let cache = language.emptyCache()
    _ = language(prompt, cache: cache)  // [1, T, D] → [1, T, D]
    return cache
  }

  /// The next K actions, normalized.
  /// - Parameters:
  ///   - prompt: [1, T, D]
  ///   - state: the robot's, [1, S].
  ///   - noise: [1, K, A]
  /// - Returns: [1, K, A]
  public func actions(after prompt: Tensor, state: Tensor, noise: Tensor) -> Tensor {
    expert.actions(from: noise, state: state, after: prefix(of: prompt))
  }

  /// The published names of the weights, also as transformers saves them. The text head repeats the
  /// token embeddings, and the expert has no text.
  public static let weights: WeightMap = {
    let old = "paligemma_with_expert."
    let vlm = "(\(old)paligemma.model.|model.\(old)paligemma.model.|model.vlm.)"
    let expert = "(\(old)gemma_expert.|model.\(old)gemma_expert.|model.dit.)"
    let language =
      WeightMap([
        "embedding": "(\(old)paligemma.lm_head|model.\(old)paligemma.lm_head|"
          + "model.vlm.language_model.embed_tokens)"
      ])
      + RotaryDecoder.blockWeights(body: vlm + "language_model.(model.|)")
    return PaliGemma.towerWeights(under: vlm).inside("paligemma.", "")
      + language.inside("paligemma.language.", "")
      + RotaryDecoder.blockWeights(body: expert + "(model.|)").inside("expert.", "")
      + WeightMap(
        [
          "expert.stateInput": "(model.|embed_action_time.|)state_proj",
          "expert.actionInput": "(model.|embed_action_time.|)action_in_proj",
          "expert.timeInput": "(model.|embed_action_time.|)action_time_mlp_in",
          "expert.timeOutput": "(model.|embed_action_time.|)action_time_mlp_out",
          "expert.output": "(model.|)action_out_proj",
        ],
        ignoring: [expert + "(model.|)embed_tokens.*", expert + "lm_head.*"])
  }()
}

/// The sizes of a ``PiZero``; the defaults are a nano one.
public struct PiZeroConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var paligemma = PaliGemmaConfiguration()
  public var expert = ActionExpertConfiguration()

  /// Nano size.
  public init() {}

  public var language: RotaryDecoderConfiguration {
    get { paligemma.language }
    set { paligemma.language = newValue }
  }
}
