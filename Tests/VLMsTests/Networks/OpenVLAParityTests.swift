import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// OpenVLA against `timm` and `transformers`, on every fixture there is: from text and picture to
/// the action.
@Suite struct OpenVLAParityTests {
  private func model(_ fixture: Fixture, packed: Bool = false) throws -> OpenVLA {
    let configuration = try OpenVLAConfiguration(fixture.config())
    let model = build(packed: packed) { OpenVLA(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: OpenVLA.weights, packed: packed)
    #expect(unused == [])  // the tower's own pooling is in the file, and ignored by name
    return model
  }

  private func tokenizer(_ fixture: Fixture) throws -> TextTokenizer {
    try TextTokenizer(contentsOf: fixture.folder.appending(path: "tokenizer.json"))
  }

  @Test(
    "every number of OpenVLA is that of timm and transformers",
    arguments: Fixture.of("openvla"), [false, true])
  func everyNumber(fixture: Fixture, packed: Bool) throws {
    let model = try model(fixture, packed: packed)
    let isPacked = model.language.blocks[0].attention.query.weight.isPacked
    #expect(isPacked == packed)

    let (ids, images) = (try fixture.table("input_ids"), try fixture.pixels())
    try expectTower(model.dinov2, images.sliced(axis: 3, 0..<3), fixture, "dino")
    try expectTower(model.siglip, images.sliced(axis: 3, 3..<6), fixture, "siglip")
    try fixture.expect("projector", model.encodeImage(images))
    let prompt = try model.prompt(ids, images: images)
    try fixture.expect("merged_inputs_embeds", prompt)
    var layers: [Tensor] = []
    let read = model.language(prompt) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("lm.layer.\(N)", layer) }
    try fixture.expect("lm.final_norm", read)
    try fixture.expect("logits.last8", model.language.logits(read).last8)
    try expectGreedy(model.language, after: prompt, fixture, "generate")
    print("parity: \(fixture.testDescription) ran")
  }

  private func expectTower(
    _ tower: VisionTransformer, _ images: Tensor, _ fixture: Fixture, _ name: String
  ) throws {
    // timm's `patch_embed` is before positions are added.
    let patches = tower.patchEmbedding.projection(tower.patchEmbedding.patches(of: images))
    try fixture.expect(name + ".patch_embed", patches)
    var layers: [Tensor] = []
    _ = tower.blocks(tower.embed(images)) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("\(name).block.\(N)", layer) }
    try fixture.expect(name + ".features", tower.features(images))
  }

  @Test(
    "a picture and a sentence become the reference's action, in the units of each dataset",
    arguments: Fixture.of("openvla"), [false, true])
  func action(fixture: Fixture, packed: Bool) throws {
    let model = try model(fixture, packed: packed)
    let facts = try fixture.facts()
    let image = try ImagePreprocessor.read(folder: fixture.folder)([fixture.image()])
    #expect(image.values == (try fixture.pixels().values))
    let ids = try OpenVLA.promptIDs(for: instruction(facts), tokenizer(fixture))
    #expect(ids == (try fixture.table("input_ids")[0]))

    let actions = try #require(facts["actions"] as? [String: [Double]])
    #expect(!actions.isEmpty)
    for (key, expected) in actions {
      let statistics = try ActionStatistics.read(modelFolder: fixture.folder, key: key)
      var streamed: [Int] = []
      let answer = try model.answer(for: image, promptIDs: ids, statistics: statistics) {
        streamed.append($0)
      }
      let tokens = try #require(facts["action_token_ids"] as? [Int])
      #expect(answer.tokens == tokens)
      #expect(streamed == tokens)
      let name = try #require(fixture.reference().names.first { $0.hasPrefix("action_") })
      #expect(try answer.normalized.values == fixture.tensor(name).values)
      #expect(answer.action.count == expected.count)
      let worst = zip(answer.action.values, expected).map { abs(Double($0) - $1) }.max() ?? .nan
      #expect(worst <= 1e-5, "\(fixture.testDescription): \(key)")
      let alone = try model.action(for: image, promptIDs: ids, statistics: statistics)
      #expect(alone == answer.action)
    }
  }

  /// What the fixture's prompt asks for.
  private func instruction(_ facts: [String: Any]) throws -> String {
    let prompt = try #require(facts["prompt"] as? String)
    let asked = prompt.dropFirst("In: What action should the robot take to ".count)
    return String(asked.dropLast("?\nOut:".count))
  }

  @Test("every action token has the reference's bin", arguments: Fixture.of("openvla"))
  func bins(fixture: Fixture) throws {
    let actions = try OpenVLAConfiguration(fixture.config()).actions
    let facts = try fixture.facts()
    let table = try #require(facts["token_to_bin_table"] as? [[Double]])
    #expect(table.count > 256)
    for row in table {
      let (token, bin, center) = (Int(row[0]), Int(row[1]), row[2])
      let decoded = actions.decode([token]).values
      #expect(abs(actions.centers[bin] - center) < 1e-14)  // Foundation reads a bit or two off
      #expect(decoded == [Float(center)], "token \(token)")
    }
    let tokens = try #require(facts["action_token_ids"] as? [Int])
    let bins = try #require(facts["bin_indices"] as? [Int])
    #expect(actions.decode(tokens) == actions.decode(classes: bins))
  }

  @Test("the prompt's text is the reference's, token by token", arguments: Fixture.of("openvla"))
  func promptText(fixture: Fixture) throws {
    let facts = try fixture.facts()
    let (tokenizer, wanted) = (try tokenizer(fixture), try instruction(facts))
    #expect(OpenVLA.question(for: wanted) == facts["prompt"] as? String)
    let plain = try #require(facts["prompt_ids"] as? [Int])
    let space = try #require(facts["empty_token_id"] as? Int)
    let ids = try OpenVLA.promptIDs(for: wanted, tokenizer)
    #expect(ids == plain + [space])
    let loud = try OpenVLA.promptIDs(for: wanted.uppercased(), tokenizer)
    #expect(loud == ids)
  }
}
