import NanoVLA
import Tensors

/// SmolVLM: a small VLM that sees tiles of an image, with few tokens for each.
///
/// A SigLIP tower encodes each tile and the whole image. Pixel shuffle joins each square of r×r patches
/// to one vector, r² times as wide, so no feature is lost and the sequence is r² times shorter; one
/// layer projects it to the width of a Llama. Tokens of text stand before each tile and tell its row
/// and column.
///
///     token (i, j) = W [patch (r·i + y, r·j + x) for y, x in 0 ..< r]
///
/// - Letters: B prompts, N pictures of each (its tiles, then the whole image), H×W pixels, s
///   patches a side, P = s² patches, Q = P/r² tokens, V and D widths of tower and language model, T
///   tokens.
/// - Reference: Marafioti et al., "SmolVLM: Redefining small and efficient multimodal models"
///   (2025), §2; Shi et al., "Real-Time Single Image and Video Super-Resolution Using an
///   Efficient Sub-Pixel Convolutional Neural Network" (2016), §2.2, for the shuffle. Left
///   out: video.
public final class SmolVLM: PublishedVLM {
  public let configuration: SmolVLMConfiguration
  public let vision: VisionTransformer
  public let projector: Linear  // r²·V → D
  public let language: RotaryDecoder

  /// A network with random weights.
  public init(_ configuration: SmolVLMConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    vision = VisionTransformer(c.vision, using: &random)
    projector = Linear(
      inputs: c.shuffle * c.shuffle * c.vision.width, outputs: c.language.width, bias: false,
      using: &random)
    language = RotaryDecoder(c.language, using: &random)
  }

  public var imageSize: Int { vision.configuration.imageSize }
  public var imageToken: Int? { configuration.imageToken }

  /// The image tokens: [B, H, W, 3] → [B, Q, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    projector(shuffled(vision(images)))  // [B, H, W, 3] → [B, P, V] → [B, Q, r²·V] → [B, Q, D]
      .traced("image tokens", "squares of patches, projected to the language model's width")
  }

  /// Pixel shuffle: [B, P, V] → [B, Q, r²·V].
  private func shuffled(_ patches: Tensor) -> Tensor {
    let (r, s) = (configuration.shuffle, vision.configuration.side)
    let (B, V) = (patches.dim(0), patches.dim(2))
    return patches.reshaped([B, s / r, r, s / r, r * V])  // [B, P, V] → [B, s/r, r, s/r, r·V]
      .permuted([0, 1, 3, 2, 4])  // [B, s/r, r, s/r, r·V] → [B, s/r, s/r, r, r·V]
      .reshaped([B, -1, r * r * V])  // [B, s/r, s/r, r, r·V] → [B, Q, r²·V]
      .traced("pixel shuffle", "each square of patches as one vector")
  }

  /// The prompt's tokens, [B, T, D].
  /// - Parameters:
  ///   - ids: B prompts with one placeholder `<image>` for each of N·Q tokens.
  ///   - images: N pictures for each prompt, [B·N, H, W, 3].
  /// - Throws: ``PromptError`` if there are not N·Q placeholders, or a prompt is too long.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    let count = images.dim(0) / max(ids.count, 1) * configuration.imageTokenCount
    try language.check(ids, imageTokens: count, at: imageToken)
    let tokens = encodeImage(images)  // [B·N, H, W, 3] → [B·N, Q, D]
      .reshaped([ids.count, count, -1])  // [B·N, Q, D] → [B, N·Q, D]
    return try language.embed(ids, placing: tokens, at: imageToken)
  }

  /// The tokens of an image with its tiles, [1, N·Q, D].
  public func encodeImage(_ image: PreparedImage) -> Tensor {
    encodeImage(image.wholeLast)  // [N, H, W, 3] → [N, Q, D]
      .reshaped([1, -1, configuration.language.width])  // [N, Q, D] → [1, N·Q, D]
  }

  /// The tokens of a prompt with an image and its tiles, [1, T, D].
  public func prompt(_ ids: [Int], image: PreparedImage) throws -> Tensor {
    try prompt([ids], images: image.wholeLast)
  }

  /// The published names of the weights, also as later versions of transformers save them.
  public static let weights =
    VisionTransformer.clipWeights(under: "(model.|)vision_model.").inside("vision.", "")
    + WeightMap(["projector": "(model.|)connector.modality_projection.proj"])
    + RotaryDecoder.weights(body: "(model.|)text_model.").inside("language.", "")
}

/// The sizes of a ``SmolVLM``; the defaults are a nano one.
public struct SmolVLMConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var vision = VisionTransformerConfiguration.siglip
  public var language = RotaryDecoderConfiguration()
  /// r, the patches of a square a side.
  public var shuffle = 2
  /// The id of the placeholder for an image token.
  public var imageToken = 32

  /// Nano size: 4×4 patches, so 4 tokens.
  public init() {
    (vision.patchSize, vision.activation) = (7, .geluTanh)
  }

  /// Q, the number of placeholders for each picture.
  public var imageTokenCount: Int { vision.patchCount / (shuffle * shuffle) }
}

extension PreparedImage {
  /// The tiles row by row, then the whole image, [N, H, W, C].
  fileprivate var wholeLast: Tensor {
    let N = pixels.dim(0)
    if N == 1 { return pixels }
    return .concatenated(
      [pixels.sliced(axis: 0, 1..<N), pixels.sliced(axis: 0, 0..<1)], axis: 0)
  }
}
