import NanoVLA
import Tensors

/// OpenVLA: a vision-language model whose answer to an image and an instruction is an action.
///
/// Its structure is that of ``LLaVA``: image patches become tokens in the prompt of a Llama. Two vision
/// towers encode the image, and their features of each patch are concatenated. Only the training makes
/// it a robot policy: see ``answer(for:promptIDs:statistics:each:)``.
///
/// - Letters: B prompts, H×W pixels, P patches, V1 and V2 the widths of the towers, V = V1 + V2, T
///   tokens, D width of the language model.
/// - Reference: Kim et al., "OpenVLA" (2024), §3.1.
public final class OpenVLA: PublishedVLM {
  public let configuration: OpenVLAConfiguration
  public let dinov2: VisionTransformer  // spatial features
  public let siglip: VisionTransformer  // semantic features
  public let projector: OpenVLAProjector
  public let language: RotaryDecoder

  /// A network with random weights.
  public init(_ configuration: OpenVLAConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    dinov2 = VisionTransformer(c.dinov2, using: &random)
    siglip = VisionTransformer(c.siglip, using: &random)
    projector = OpenVLAProjector(
      inputs: c.dinov2.width + c.siglip.width, outputs: c.language.width, using: &random)
    language = RotaryDecoder(c.language, using: &random)
  }

  public var imageSize: Int { dinov2.configuration.imageSize }
  public var imageChannels: Int { 6 }

  /// The image tokens: [B, H, W, 6] → [B, P, D].
  /// - Parameter images: each image twice, three channels normalized for each tower.
  public func encodeImage(_ images: Tensor) -> Tensor {
    guard images.shape.count == 4, images.dim(3) == 6 else {
      fatalError("OpenVLA: images \(images.shape), not [B, H, W, 6]")
    }
    let (first, second) = (images.sliced(axis: 3, 0..<3), images.sliced(axis: 3, 3..<6))
    let features = Tensor.concatenated(
      [dinov2.features(first), siglip.features(second)],
      axis: 2)  // 2 × [B, H, W, 3] → [B, P, V1], [B, P, V2] → [B, P, V]
    return projector(features)  // [B, P, V] → [B, P, D]
      .traced("image tokens", "the patches, projected to the language model's width")
  }

  /// The prompt's tokens: the image tokens follow the first token, `<s>`.
  /// - Parameters:
  ///   - ids: B lists of T token ids.
  ///   - images: [B, H, W, 6]
  /// - Returns: [B, T + P, D]
  /// - Throws: ``PromptError`` if the prompt is too long or contains an unknown id.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    guard let T = ids.first?.count, T > 0 else { fatalError("OpenVLA: a prompt without tokens") }
    guard T <= textLimit else { throw PromptError.tooLong(tokens: T, limit: max(textLimit, 0)) }
    try language.checkLength(T, besides: configuration.dinov2.patchCount)
    let vocabulary = configuration.language.vocabulary
    if let id = ids.joined().first(where: { !(0..<vocabulary ~= $0) }) {
      throw PromptError.unknownToken(id, vocabulary: vocabulary)
    }
    let text = language.embed(ids)  // → [B, T, D]
    let (start, rest) = (text.sliced(axis: 1, 0..<1), text.sliced(axis: 1, 1..<T))
    return .concatenated([start, encodeImage(images), rest], axis: 1)  // → [B, 1 + P + (T − 1), D]
  }

  /// The most text tokens beside the image.
  var textLimit: Int { configuration.language.maximumTokens - configuration.dinov2.patchCount }

  /// The published names of the weights.
  public static let weights =
    VisionTransformer.timmWeights.inside("dinov2.", "vision_backbone.featurizer.")
    + VisionTransformer.timmWeights.inside("siglip.", "vision_backbone.fused_featurizer.")
    + WeightMap([
      "projector.widen": "projector.fc1", "projector.narrow": "projector.fc2",
      "projector.align": "projector.fc3",
    ])
    + RotaryDecoder.weights(body: "language_model.model.", head: "language_model.")
    .inside("language.", "")
}

/// OpenVLA's projector from the towers' features to the language model: three layers per patch.
public final class OpenVLAProjector: Layer {
  public let widen: Linear  // V → 4·V
  public let narrow: Linear  // 4·V → D
  public let align: Linear  // D → D

  init(inputs: Int, outputs: Int, using random: inout SeededRandom) {
    widen = Linear(inputs: inputs, outputs: 4 * inputs, using: &random)
    narrow = Linear(inputs: 4 * inputs, outputs: outputs, using: &random)
    align = Linear(inputs: outputs, outputs: outputs, using: &random)
  }

  public func callAsFunction(_ features: Tensor) -> Tensor {
    let hidden = widen(features).geluExact()  // [B, P, V] → [B, P, 4·V]
    return align(narrow(hidden).geluExact())  // [B, P, 4·V] → [B, P, D] → [B, P, D]
  }
}

/// The sizes of an ``OpenVLA``; the defaults are a nano one.
public struct OpenVLAConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var dinov2 = VisionTransformerConfiguration.dinov2
  public var siglip = VisionTransformerConfiguration.siglip
  public var language = RotaryDecoderConfiguration()
  /// The action tokens among the language model's tokens, and their bins.
  public var actions = ActionTokenizer(bins: 16, vocabulary: 56)

  /// Nano size.
  public init() {
    language.epsilon = 1e-6
  }
}
