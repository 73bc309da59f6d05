import Files

/// config.json → the sizes of a LLaVA-NeXT, with the defaults of transformers.
extension LLaVANeXTConfiguration {
  /// Reads a `llava_next`.
  /// - Throws: `JSONFileError`
  public init(_ json: JSONValue) throws {
    self.init()
    let json = json.recorded()
    llava = try LLaVAConfiguration(parts: json)
    // Tiles are arranged as a grid of patches, so there must be nothing but patches.
    guard llava.imageTokenCount == llava.vision.patchCount else {
      throw json["vision_feature_select_strategy"]
        .unsupported([llava.skipsFirstToken ? "full" : "default"])
    }
    let side = llava.vision.imageSize
    resolutions = try Tiling.resolutions(json["image_grid_pinpoints"], side: side)
    for (index, resolution) in resolutions.enumerated() {
      let tiles = resolution.width / side * (resolution.height / side)
      let rows = resolution.height / side * llava.vision.side
      try language.checkSize(
        json["image_grid_pinpoints"][index],
        imageTokens: (1 + tiles) * llava.vision.patchCount + rows)
    }
    try json["use_image_newline_parameter"].mustBe(true)
    try json.refuseOtherFamilies("LLaVA-NeXT")
  }
}
