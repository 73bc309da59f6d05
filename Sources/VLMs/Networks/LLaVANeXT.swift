import NanoVLA
import Tensors

/// LLaVA-NeXT (LLaVA-1.6): a ``LLaVA`` that also reads tiles of a larger version of the image.
///
/// The tower encodes the whole image and each tile. The tiles' patches are arranged as one grid, rows
/// and columns of padding are left out, and a learned token ends each row, so that the sequence has
/// the image's shape. An image of any aspect ratio keeps it.
///
/// - Letters: N pictures (the whole image and its tiles), P patches of each, s patches a side, T
///   tokens, D width of the language model.
/// - Reference: Liu et al., "LLaVA-NeXT: Improved reasoning, OCR, and world knowledge" (2024),
///   dynamic high resolution. Left out: batches of images of different shapes.
public final class LLaVANeXT: PublishedVLM {
  public let configuration: LLaVANeXTConfiguration
  /// Tower, projector and language model.
  public let llava: LLaVA
  /// Ends each row of patches, [D].
  public let newline: Tensor

  /// A network with random weights.
  public init(_ configuration: LLaVANeXTConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    llava = LLaVA(configuration.llava, using: &random)
    newline = Tensor.normal([configuration.language.width], scale: 0.02, using: &random)
      .asParameter()
  }

  public var language: RotaryDecoder { llava.language }
  public var imageSize: Int { llava.imageSize }
  public var imageToken: Int? { llava.imageToken }
  public var tiling: Tiling? { configuration.tiling }

  /// The tokens of images without tiles, a row each: [B, H, W, 3] → [B, P + 1, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    let patches = llava.project(images)  // [B, H, W, 3] → [B, P, D]
    let ends = newline.reshaped([1, 1, -1])  // [D] → [1, 1, D]
      .broadcast(to: [patches.dim(0), 1, patches.dim(2)])  // [1, 1, D] → [B, 1, D]
    return Tensor.concatenated([patches, ends], axis: 1)  // → [B, P + 1, D]
      .traced("image tokens", "the patches, then the end of the image")
  }

  /// The tokens of an image with its tiles, [1, T, D]: the whole image, then the tiles' patches.
  public func encodeImage(_ image: PreparedImage) -> Tensor {
    guard image.grid != nil else { return encodeImage(image.pixels) }
    let patches = llava.project(image.pixels)  // [N, H, W, 3] → [N, P, D]
    let D = patches.dim(2)
    let rows = [patches.reshaped([-1, D]), newline.reshaped([1, D])]
    return Tensor.concatenated(rows, axis: 0)  // [N·P, D], [1, D] → [N·P + 1, D]
      .rows(at: configuration.order(of: image))  // [N·P + 1, D] → [T, D]
      .reshaped([1, -1, D])  // [T, D] → [1, T, D]
      .traced("image tokens", "the whole image, then the rows of its tiles")
  }

  /// The tokens of prompts with images without tiles, [B, T, D].
  /// - Throws: ``PromptError`` if there are not P + 1 placeholders, or a prompt is too long.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try language.check(ids, imageTokens: configuration.llava.imageTokenCount + 1, at: imageToken)
    return try language.embed(ids, placing: encodeImage(images), at: imageToken)
  }

  /// The tokens of a prompt with an image and its tiles, [1, T, D].
  /// - Throws: ``PromptError`` if there is not one placeholder for each image token, or the prompt is
  ///   too long.
  public func prompt(_ ids: [Int], image: PreparedImage) throws -> Tensor {
    try language.check([ids], imageTokens: configuration.tokenCount(of: image), at: imageToken)
    return try language.embed([ids], placing: encodeImage(image), at: imageToken)
  }

  /// The published names of the weights.
  public static let weights =
    LLaVA.weights.inside("llava.", "") + WeightMap(["newline": "(model.|)image_newline"])
}
