import Files
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// LLaVA-NeXT against `transformers`, on every fixture there is.
@Suite struct LLaVANeXTTests {
  @Test(
    "every number of LLaVA-NeXT is that of transformers",
    arguments: Fixture.of("llava_next"), [false, true])
  func parity(fixture: Fixture, packed: Bool) throws {
    let configuration = try LLaVANeXTConfiguration(fixture.config())
    let model = build(packed: packed) { LLaVANeXT(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: LLaVANeXT.weights, packed: packed)
    #expect(unused == [])

    let image = try ImagePreprocessor.read(folder: fixture.folder).prepare(fixture.image())
    let pixels = image.pixels.permuted([0, 3, 1, 2])  // [N, H, W, 3] → [N, 3, H, W]
    let expected = try fixture.tensor("pixel_values")  // [1, N, 3, H, W]
    #expect(pixels.shape == Array(expected.shape.dropFirst()))
    #expect(pixels.values.map(\.bitPattern) == expected.values.map(\.bitPattern))

    let vision = model.llava.vision
    try fixture.expect(
      "vision.embeddings", vision.prefixed(vision.patchEmbedding(image.pixels)))
    try fixture.expect("vision.pre_layrnorm", vision.embed(image.pixels))
    var layers: [Tensor] = []
    _ = vision.blocks(vision.embed(image.pixels)) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("vision.layer.\(N)", layer) }
    try fixture.expect("projector", model.llava.encodeImage(image.pixels))
    let tokens = model.encodeImage(image)
    try fixture.expect("packed_image_features", tokens.reshaped([tokens.dim(1), -1]))

    let prompt = try model.prompt(fixture.table("input_ids")[0], image: image)
    try fixture.expect("merged_inputs_embeds", prompt)
    layers = []
    let read = model.language(prompt) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("lm.layer.\(N)", layer) }
    try fixture.expect("lm.final_norm", read)
    try fixture.expect("last_hidden_state", read)
    try fixture.expect("logits.last8", model.language.logits(read).last8)
    try expectGreedy(model.language, after: prompt, fixture, "generate")
    print("parity: \(fixture.testDescription) ran")
  }

  @Test(
    "an image of any aspect gives as many tiles and tokens", arguments: Fixture.of("llava_next"))
  func geometry(fixture: Fixture) throws {
    let configuration = try LLaVANeXTConfiguration(fixture.config())
    let preprocessor = try ImagePreprocessor.read(folder: fixture.folder)
    let cases = try #require(fixture.facts()["geometry"] as? [[String: Int]])
    #expect(cases.count >= 8)
    for geometry in cases {
      let image = try preprocessor.prepare(
        RGBImage(width: #require(geometry["w"]), height: #require(geometry["h"])))
      #expect(image.pixels.dim(0) == geometry["tiles"], "\(geometry)")
      #expect(configuration.tokenCount(of: image) == geometry["num_image_tokens"], "\(geometry)")
    }
  }

  @Test(
    "odd images give as many tokens as the published processor counts, with its own resolutions",
    arguments: [  // height, width, pictures, tokens
      (1, 1, 3, 1176), (1, 2, 3, 1752), (480, 640, 5, 2340), (640, 480, 5, 2352),
      (3000, 4000, 5, 2340), (100, 1000, 4, 1160), (1000, 100, 4, 1224), (7, 1000, 4, 576),
      (1000, 7, 4, 648), (999, 333, 4, 2376), (2, 2000, 4, 576), (1, 2000, 3, 576),
      (719, 1280, 5, 1850),
    ])
  func published(height: Int, width: Int, pictures: Int, tokens: Int) throws {
    let json = try JSONFile.parse(Data("{}".utf8), name: "config.json")
    let configuration = try LLaVANeXTConfiguration(json)
    let size = Tiling.Size(width: width, height: height)
    let resolution = configuration.tiling.resolution(for: size)
    let grid = Tiling.Size(width: resolution.width / 336, height: resolution.height / 336)
    #expect(1 + grid.width * grid.height == pictures)
    let image = PreparedImage(pixels: .zeros([pictures, 1, 1, 3]), grid: grid, size: size)
    #expect(configuration.tokenCount(of: image) == tokens)
  }

  @Test("tiles show the image in order, centered on black, after the whole image")
  func tiles() throws {
    // Four bands of one color each, twice as wide as high: two tiles of 4×4 pixels.
    var image = RGBImage(width: 8, height: 2)
    for x in 0..<8 { for y in 0..<2 { image[x, y] = .init(UInt8(20 * x), 7, 9) } }
    var preprocessor = ImagePreprocessor(
      target: .exactly(.init(width: 4, height: 4)), filter: .nearest, scale: nil,
      normalizations: [.init(mean: [0, 0, 0], std: [1, 1, 1])])
    preprocessor.tiling = Tiling(
      resolutions: [.init(width: 4, height: 8), .init(width: 8, height: 4)], side: 4)
    let prepared = try preprocessor.prepare(image)
    #expect(prepared.grid == .init(width: 2, height: 1))
    #expect(prepared.size == .init(width: 8, height: 2))
    let whole = try preprocessor([image])
    #expect(prepared.pixels.sliced(axis: 0, 0..<1).values == whole.values)
    for (tile, x, y) in places(2, 4, 4) {
      let isImage = y == 1 || y == 2
      let expected: [Float] = isImage ? [Float(20 * (4 * tile + x)), 7, 9] : [0, 0, 0]
      #expect((0..<3).map { prepared.pixels[1 + tile, y, x, $0] } == expected)
    }
  }

  @Test("rows of patches follow the image, each with its end, without the padding")
  func order() throws {
    var configuration = LLaVANeXTConfiguration()  // 2×2 patches in a picture
    configuration.language.width = 4
    configuration.language.headWidth = 2
    var random = SeededRandom(seed: 3)
    let model = LLaVANeXT(configuration, using: &random)
    // 3×2 tiles of 2×2 patches: 6 columns, 4 rows, of which an image of 6:2 fills the middle two.
    let image = PreparedImage(
      pixels: uniform(7, 28, 28, 3), grid: .init(width: 3, height: 2),
      size: .init(width: 60, height: 20))
    let patches = model.llava.encodeImage(image.pixels)  // [7, 4, D]
    var expected: [[Float]] = (0..<4).map { p in (0..<4).map { patches[0, p, $0] } }
    for row in 1...2 {
      for column in 0..<6 {
        let tile = 1 + (row < 2 ? 0 : 3) + (column < 2 ? 0 : column < 4 ? 1 : 2)
        let patch = (row == 1 ? 2 : 0) + (column % 2 == 0 ? 0 : 1)
        expected.append((0..<4).map { patches[tile, patch, $0] })
      }
      expected.append(model.newline.values)
    }
    #expect(model.encodeImage(image).values == expected.flatMap { $0 })
    #expect(configuration.tokenCount(of: image) == 18)
  }

  @Test(
    "what a LLaVA-NeXT of this kind cannot have is refused by name",
    arguments: [
      ("image_grid_pinpoints", "[[28, 57]]", "image_grid_pinpoints[0][1] is 57"),
      ("image_grid_pinpoints", "[]", "image_grid_pinpoints"),
      ("image_grid_pinpoints", "[[28, 56]]", "differ in image_grid_pinpoints"),
      (
        "vision_feature_select_strategy", #""full""#,
        "vision_feature_select_strategy is \"full\""
      ),
      ("use_image_newline_parameter", "false", "use_image_newline_parameter"),
      ("mm_patch_merge_type", #""flat""#, "mm_patch_merge_type"),
    ])
  func refused(key: String, value: String, part: String) throws {
    let folder = try EditedFolder("llava_next")
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed))
    #expect(folder.refusal().contains(part))
  }

  @Test("the settings of the published preprocessing are read") func preprocessing() throws {
    let text = """
      {"aspect_ratio_setting": "anyres", "crop_size": {"height": 336, "width": 336},
       "do_center_crop": true, "do_convert_rgb": true, "do_normalize": true, "do_pad": true,
       "do_rescale": true, "do_resize": true, "size": {"shortest_edge": 336}, "resample": 3,
       "image_grid_pinpoints": [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]],
       "image_processor_type": "LlavaNextImageProcessor", "processor_class": "LlavaNextProcessor"}
      """
    let json = try JSONFile.parse(Data(text.utf8), name: "preprocessor_config.json")
    let found = try ImagePreprocessor(json)
    let config = try LLaVANeXTConfiguration(JSONFile.parse(Data("{}".utf8), name: "config.json"))
    #expect(found.tiling == config.tiling)
    #expect(found.target == .exactly(.init(width: 336, height: 336)) && found.crop == nil)
  }

  @Test("the tiles of a preprocessing for another model are refused") func otherTiles() throws {
    let folder = try EditedFolder("llava_next")
    try folder.remove("processor_config.json")
    let file = "preprocessor_config.json"
    try folder.set("image_processor_type", "CLIPImageProcessor", in: file)
    try folder.set("do_pad", nil, in: file)
    #expect(folder.refusal().contains("\(file): image_grid_pinpoints"))
    try folder.set("image_grid_pinpoints", nil, in: file)
    #expect(folder.refusal().contains("differ in image_grid_pinpoints"))
  }
}
