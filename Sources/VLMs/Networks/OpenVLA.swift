import NanoVLA
import Tensors

/// OpenVLA: a language model that looks at a scene and answers with the numbers of an action.
///
/// It is built as ``LLaVA`` is: image patches become vectors that a Llama reads among its words.
/// Two towers look at once, and what they make of a patch is laid side by side. What makes it a
/// robot policy is only what it was taught to say: see `OpenVLA+Actions.swift`.
///
/// Letters: B prompts, H×W pixels, P patches, V1 and V2 the widths of the towers, V = V1 + V2,
/// T tokens, D width of the language model.
///
/// Reference: Kim et al., "OpenVLA" (2024), section 3.1.
public final class OpenVLA: PublishedVLM {
  public let configuration: OpenVLAConfiguration
  public let geometry: VisionTransformer  // DINOv2: where things are
  public let meaning: VisionTransformer  // SigLIP: what things are
  public let projector: OpenVLAProjector
  public let language: Llama

  public init(_ configuration: OpenVLAConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    geometry = VisionTransformer(c.geometry, using: &random)
    meaning = VisionTransformer(c.meaning, using: &random)
    projector = OpenVLAProjector(
      inputs: c.geometry.width + c.meaning.width, outputs: c.language.width, using: &random)
    language = Llama(c.language, using: &random)
  }

  public var imageSize: Int { geometry.configuration.imageSize }

  /// The image as words: [B, H, W, 6] → [B, P, D].
  /// - Parameter images: one picture twice, three channels normalized for each tower.
  public func see(_ images: Tensor) -> Tensor {
    guard images.shape.count == 4, images.dim(3) == 6 else {
      fatalError("OpenVLA: images \(images.shape), not [B, H, W, 6]")
    }
    let (first, second) = (images.sliced(axis: 3, 0..<3), images.sliced(axis: 3, 3..<6))
    let features = Tensor.concatenated(
      [geometry.features(first), meaning.features(second)],
      axis: 2)  // 2 × [B, H, W, 3] → [B, P, V1], [B, P, V2] → [B, P, V]
    return projector(features)  // [B, P, V] → [B, P, D]
      .traced("image words", "the patches, in the language model's own vectors")
  }

  /// The patches stand right after the first token, `<s>`, before the words.
  /// - Parameters:
  ///   - ids: B lists of T token numbers.
  ///   - images: [B, H, W, 6]
  /// - Returns: [B, T + P, D]
  /// - Throws: ``PromptError`` if the model does not read so many tokens, or not these.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    guard let T = ids.first?.count, T > 0 else { fatalError("OpenVLA: a prompt without tokens") }
    guard T <= textLimit else { throw PromptError.tooLong(tokens: T, limit: max(textLimit, 0)) }
    let vocabulary = configuration.language.vocabulary
    if let id = ids.joined().first(where: { !(0..<vocabulary ~= $0) }) {
      throw PromptError.unknownToken(id, vocabulary: vocabulary)
    }
    let words = language.embed(ids)  // → [B, T, D]
    let (start, rest) = (words.sliced(axis: 1, 0..<1), words.sliced(axis: 1, 1..<T))
    return .concatenated([start, see(images), rest], axis: 1)  // → [B, 1 + P + (T − 1), D]
  }

  /// How many tokens can stand beside the image.
  var textLimit: Int { configuration.language.maximumTokens - configuration.geometry.patchCount }

  /// Where a checkpoint holds the weights.
  public static let weights =
    VisionTransformer.timmWeights.inside("geometry.", "vision_backbone.featurizer.")
    + VisionTransformer.timmWeights.inside("meaning.", "vision_backbone.fused_featurizer.")
    + WeightMap([
      "projector.widen": "projector.fc1", "projector.narrow": "projector.fc2",
      "projector.align": "projector.fc3",
    ])
    + Llama.weights(body: "language_model.model.", head: "language_model.")
    .inside("language.", "")
}

/// From what the towers saw to what the language model reads: three layers, patch by patch.
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
    let wide = widen(features).geluExact()  // [B, P, V] → [B, P, 4·V]
    return align(narrow(wide).geluExact())  // [B, P, 4·V] → [B, P, D] → [B, P, D]
  }
}

/// The sizes of an ``OpenVLA``; the defaults are a nano one.
public struct OpenVLAConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var geometry = VisionTransformerConfiguration.dino
  public var meaning = VisionTransformerConfiguration.siglip
  public var language = LlamaConfiguration()
  /// How actions are spelled: which of the language model's tokens mean which numbers.
  public var actions = ActionTokenizer(bins: 16, vocabulary: 56)

  public init() {
    language.epsilon = 1e-6
  }
}
