import Files
import Tensors

/// The sizes of a ``LLaVANeXT``; the defaults are a nano one.
public struct LLaVANeXTConfiguration: PublishedConfiguration, Sendable, Equatable {
  public var llava = LLaVAConfiguration()
  /// The language model's `model_type`, which gives the form of a conversation.
  public var textModel = "mistral"
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

/// config.json → the sizes of a LLaVA-NeXT, with the defaults of transformers.
extension LLaVANeXTConfiguration {
  /// Reads a `llava_next`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    llava = try LLaVAConfiguration(parts: json)
    textModel = try json["text_config"]["model_type"].string(default: "llama")
    // Tiles are arranged as a grid of patches, so there must be nothing but patches.
    guard llava.imageTokenCount == llava.vision.patchCount else {
      throw json["vision_feature_select_strategy"]
        .unsupported([llava.skipsFirstToken ? "full" : "default"])
    }
    let (tower, list) = (llava.vision, json["image_grid_pinpoints"])
    resolutions = try Tiling.resolutions(list, side: tower.imageSize)
    for (index, resolution) in resolutions.enumerated() {
      // All pictures are encoded at the same time. A prompt's length is checked with the prompt.
      let tiles = resolution.width / tower.imageSize * (resolution.height / tower.imageSize)
      let (pictures, tokens) = (1 + tiles, tower.patchCount + tower.prefixCount)
      try list[index].mustKeep(
        "the attention scores of all tiles", pictures, tower.heads, tokens, tokens)
      try list[index].mustKeep(
        "the features of all tiles", pictures, tokens, max(tower.hidden, 3 * tower.width))
    }
    try json["use_image_newline_parameter"].mustBe(true)
    try json.refuseOtherFamilies("LLaVA-NeXT")
  }
}
