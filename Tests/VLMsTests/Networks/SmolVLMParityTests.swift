import Foundation
import Images
import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// SmolVLM against `transformers`.
@Suite struct SmolVLMParityTests {
  private static func model(_ fixture: Fixture, packed: Bool = false) throws -> SmolVLM {
    let configuration = try SmolVLMConfiguration(fixture.config())
    let model = build(packed: packed) { SmolVLM(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: SmolVLM.weights, packed: packed)
    #expect(unused == [])
    return model
  }

  /// Tiles and whole image, [N, H, W, 3].
  private static func images(_ fixture: Fixture) throws -> Tensor {
    let all = try fixture.tensor("pixel_values")  // [1, N, 3, H, W]
    return all.reshaped(Array(all.shape.dropFirst())).permuted([0, 2, 3, 1])
  }

  @Test(
    "every number of SmolVLM is that of transformers", arguments: Fixture.of("smolvlm"),
    [false, true])
  func numbers(fixture: Fixture, packed: Bool) throws {
    let model = try Self.model(fixture, packed: packed)
    let (ids, images) = (try fixture.table("input_ids"), try Self.images(fixture))
    try fixture.expect("vision.embeddings", model.vision.embed(images))
    var layers: [Tensor] = []
    let last = model.vision.blocks(model.vision.embed(images)) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("vision.layer.\(N)", layer) }
    try fixture.expect("vision.post_layernorm", model.vision.postNorm!(last))
    try fixture.expect("connector", model.encodeImage(images))

    let prompt = try model.prompt(ids, images: images)
    try fixture.expect("merged_inputs_embeds", prompt)
    layers = []
    let read = model.language(prompt) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("lm.layer.\(N)", layer) }
    try fixture.expect("lm.final_norm", read)
    try fixture.expect("logits.last8", model.language.logits(read).last8)
    try expectGreedy(model.language, after: prompt, fixture, "generate")
    print("parity: \(fixture.testDescription) ran")
  }

  @Test(
    "from the folder alone, pixels and ids are those of transformers",
    arguments: Fixture.of("smolvlm"))
  func inputs(fixture: Fixture) throws {
    let vlm = try VLM.read(fixture.folder)
    let image = try vlm.preprocessor.prepare(fixture.image())
    let facts = try fixture.facts()
    let (rows, columns) = (try #require(facts["rows"] as? Int), try #require(facts["cols"] as? Int))
    #expect(image.grid == (rows == 0 ? nil : .init(width: columns, height: rows)))
    let (found, expected) = (image.pixels.values, try Self.images(fixture).values)
    let one = expected.count / (1 + rows * columns)  // the whole image stands last there
    #expect(Array(found.dropFirst(one)) == Array(expected.dropLast(one)))
    #expect(Array(found.prefix(one)) == Array(expected.suffix(one)))
    #expect(vlm.notes == [] && vlm.unusedTensors == [])
    let prompt = try vlm.prompt(fixture.image(), fixture.question(of: "smolvlm"))
    try fixture.expect("merged_inputs_embeds", prompt)
  }

  @Test(
    "tiles of any image, as transformers counts them",
    arguments: [  // width, height, columns, rows: SmolVLMImageProcessorPil with these settings
      (61, 45, 2, 2), (1, 1, 2, 2), (1, 2000, 1, 2), (2000, 1, 2, 1), (4000, 3000, 2, 2),
      (64, 20, 2, 1), (64, 32, 2, 1), (64, 34, 2, 2), (30, 61, 1, 2), (33, 64, 2, 2),
    ])
  func tiles(width: Int, height: Int, columns: Int, rows: Int) throws {
    let fixture = try #require(Fixture.of("smolvlm").first)
    let vlm = try VLM.read(fixture.folder)
    let image = RGBImage(width: width, height: height, color: .init(200, 100, 50))
    let prepared = try vlm.preprocessor.prepare(image)
    #expect(prepared.grid == .init(width: columns, height: rows))
    #expect(prepared.pixels.shape == [1 + columns * rows, 32, 32, 3])
    _ = try withoutGradient { try vlm.prompt(image, "What is it?") }
  }

  @Test("an image that is not split is one picture, and its prompt names no rows")
  func single() throws {
    let folder = try EditedFolder("smolvlm")
    let name = "preprocessor_config.json"
    let full = try VLM.read(folder.url).prompt(folder.image(), "What?").dim(1)
    try folder.set("do_image_splitting", false, in: name)
    var counts: [Int] = []
    counts.append(try VLM.read(folder.url).prompt(folder.image(), "What?").dim(1))
    try folder.set("do_image_splitting", true, in: name)
    try folder.set("size.longest_edge", 32, in: name)
    counts.append(try VLM.read(folder.url).prompt(folder.image(), "What?").dim(1))
    #expect(counts[0] == counts[1])
    // Four tiles of 4 tokens between two others, and three line breaks.
    #expect(full == counts[0] + 4 * 6 + 3 || full == counts[0] + 4 * 6 + 2)
  }

  @Test(
    "a SmolVLM of another kind is refused by the key",
    arguments: [
      ("vision_config.model_type", #""clip_vision_model""#, "config.json"),
      ("text_config.model_type", #""phi3""#, "config.json"), ("scale_factor", "3", "config.json"),
      ("scale_factor", "0", "config.json"), ("text_config.qk_layer_norms", "true", "config.json"),
      ("image_token_id", "7", "config.json"),
      ("size.longest_edge", "0", "preprocessor_config.json"),
      ("size.height", "32", "preprocessor_config.json"),
      ("max_image_size.longest_edge", "99999", "preprocessor_config.json"),
      ("do_resize", "false", "preprocessor_config.json"),
    ])
  func refused(key: String, value: String, file: String) throws {
    let folder = try EditedFolder("smolvlm")
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed),
      in: file)
    let word = key == "image_token_id" ? "image_token" : key
    #expect(folder.refusal().contains(word))
  }

  @Test("tiles of another size than the tower's, and tiles for another family, are refused")
  func otherTiles() throws {
    let folder = try EditedFolder("smolvlm")
    try folder.set("max_image_size.longest_edge", 16, in: "preprocessor_config.json")
    #expect(folder.refusal(asking: "What?").contains("16×16 pixels"))
    let settings = try Data(contentsOf: folder.file("preprocessor_config.json"))
    let other = try EditedFolder("paligemma")
    try settings.write(to: other.file("preprocessor_config.json"))
    #expect(other.refusal().contains("tiles"))
  }

  @Test("missing weights and weights without a place are refused by name")
  func damaged() throws {
    let folder = try EditedFolder("smolvlm")
    try folder.setWeights { $0["model.connector.modality_projection.proj.weight"] = nil }
    #expect(folder.refusal().contains("modality_projection.proj.weight"))
    let other = try EditedFolder("smolvlm")
    try other.setWeights {
      $0["model.connector.modality_projection.proj.bias"] = ([32], .init(repeating: 1, count: 32))
    }
    #expect(other.refusal().contains("proj.bias"))
  }
}
