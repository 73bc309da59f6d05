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

/// The sizes of a ``LLaVANeXT``; the defaults are a nano one.
public struct LLaVANeXTConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var llava = LLaVAConfiguration()
  /// The resolutions of the tiles.
  public var resolutions = [(1, 2), (2, 1), (2, 2)].map { columns, rows in
    Tiling.Size(width: 28 * columns, height: 28 * rows)
  }

  /// Nano size.
  public init() {}

  public var language: RotaryDecoderConfiguration {
    get { llava.language }
    set { llava.language = newValue }
  }
  /// How an image is cut into tiles of the tower's size.
  public var tiling: Tiling { Tiling(resolutions: resolutions, side: llava.vision.imageSize) }

  /// The number of placeholders for an image.
  public func tokenCount(of image: PreparedImage) -> Int {
    image.grid == nil ? llava.imageTokenCount + 1 : order(of: image).count
  }

  /// For each image token its row in a table of the patches of all pictures, [N·P, D], and the newline
  /// after them.
  func order(of image: PreparedImage) -> [Int] {
    guard let grid = image.grid else { fatalError("LLaVA-NeXT: an image without tiles") }
    let (P, s) = (llava.vision.patchCount, llava.vision.side)
    let (columns, rows) = unpadded(grid.width * s, grid.height * s, image.size)
    var order = Array(0..<P)  // the whole image
    for y in rows {
      for x in columns {
        let tile = 1 + (y / s) * grid.width + x / s
        order.append(tile * P + (y % s) * s + x % s)
      }
      order.append((1 + grid.width * grid.height) * P)
    }
    return order
  }

  /// The columns and rows of patches that show the image and not the padding beside it.
  private func unpadded(
    _ columns: Int, _ rows: Int, _ size: Tiling.Size
  ) -> (columns: Range<Int>, rows: Range<Int>) {
    let (width, height) = (Double(size.width), Double(size.height))
    func inner(_ all: Int, _ length: Double) -> Range<Int> {
      // Rounded to 7 digits, as transformers does against products just below a whole number.
      let padding = (all - Int((length * 1e7).rounded(.toNearestOrEven) / 1e7)) / 2
      return padding..<all - padding
    }
    if width / height > Double(columns) / Double(rows) {
      return (0..<columns, inner(rows, height * (Double(columns) / width)))
    }
    return (inner(columns, width * (Double(rows) / height)), 0..<rows)
  }
}
