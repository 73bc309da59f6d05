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
