import NanoVLA
import Tensors

/// FastVLM: a ``LLaVA`` whose tower makes few tokens of a large image.
///
/// Most of the time before the first word is spent on reading image tokens. ``FastViT`` leaves one of
/// 64×64 pixels, so a larger image may be read in the same time. Two layers project each to the language
/// model's width, and they replace the placeholders `<image>` in the prompt of a Qwen2.
///
/// - Letters: B prompts, H×W pixels, P = ⌈H/64⌉·⌈W/64⌉ image tokens, V channels, T tokens, D width
///   of the language model.
/// - Reference: Vasu et al., "FastVLM: Efficient Vision Encoding for Vision Language Models"
///   (2024), §3.
public final class FastVLM: PublishedVLM {
  public let configuration: FastVLMConfiguration
  public let vision: FastViT
  public let projector: MLP
  public let language: RotaryDecoder

  /// A network with random weights.
  public init(_ configuration: FastVLMConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, D) = (configuration, configuration.language.width)
    vision = FastViT(c.vision, using: &random)
    projector = MLP(
      width: c.vision.outputWidth, hidden: D, outputs: D, activation: c.projectorActivation,
      bias: c.projectorBias, using: &random)
    language = RotaryDecoder(c.language, using: &random)
  }

  public var imageToken: Int? { configuration.imageToken }

  /// The side of the largest square with at most as many image tokens as config.json says.
  public var imageSize: Int {
    FastViTConfiguration.stride * Int(Double(configuration.imageTokenCount).squareRoot())
  }

  /// Images of any size with at most as many image tokens as config.json says.
  public func problem(withImages shape: [Int]) -> VLMError? {
    guard shape[3] == 3 else { return .wrongChannels(shape[3], needed: 3) }
    let tokens = FastViTConfiguration.tokenCount(height: shape[1], width: shape[2])
    return tokens > configuration.imageTokenCount
      ? .wrongImageSize(shape, needed: imageSize) : nil
  }

  /// P, of images [B, H, W, 3].
  func tokenCount(of images: Tensor) -> Int {
    FastViTConfiguration.tokenCount(height: images.dim(1), width: images.dim(2))
  }

  /// The image tokens: [B, H, W, 3] → [B, P, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    let map = vision(images)  // [B, H, W, 3] → [B, H/64, W/64, V]
    let features = map.reshaped([map.dim(0), -1, map.dim(3)])  // [B, H/64, W/64, V] → [B, P, V]
    return projector(features)  // [B, P, V] → [B, P, D]
      .traced("image tokens", "the last map's pixels, projected to the language model's width")
  }

  /// The prompt's tokens, [B, T, D].
  /// - Parameter ids: with one placeholder `<image>` per image token.
  /// - Throws: ``PromptError`` if there are not P placeholders, or the prompt is too long.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try language.check(ids, imageTokens: tokenCount(of: images), at: imageToken)
    return try language.embed(ids, placing: encodeImage(images), at: imageToken)
  }

  /// The published names of the weights, in `transformers` and in Apple's own files. Apple's text model has
  /// no prefix, and a head for retrieval beside the tower's is not used.
  public static let weights =
    FastViT.weights.inside("vision.", "model.vision_tower.")
    + WeightMap(
      [
        "projector.expand": "model.(multi_modal_projector.linear_1|mm_projector.0)",
        "projector.contract": "model.(multi_modal_projector.linear_2|mm_projector.2)",
      ], ignoring: ["model.vision_tower.vision_tower.model.head.*"])
    + RotaryDecoder.weights(body: "model.(language_model.|)").inside("language.", "")
}

/// The sizes of a ``FastVLM``; the defaults are a nano one.
public struct FastVLMConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var vision = FastViTConfiguration()
  public var language = RotaryDecoderConfiguration()
  public var projectorActivation = Activation.gelu
  public var projectorBias = true
  /// The most image tokens, P.
  public var imageTokenCount = 4
  /// The id of the placeholder for an image token.
  public var imageToken = 32

  /// Nano size.
  public init() {
    (language.inputBias, language.epsilon) = (true, 1e-6)
  }
}
