import Files
import Foundation
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// BLIP-2 and InstructBLIP against `transformers`, on every fixture there is.
@Suite struct BLIPParityTests {
  @Test(
    "every number of BLIP-2 is that of transformers",
    arguments: Fixture.of("blip2_opt"), [false, true])
  func blip2(fixture: Fixture, packed: Bool) throws {
    let configuration = try BLIP2Configuration(fixture.config())
    let model = build(packed: packed) { BLIP2(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: BLIP2.weights, packed: packed)
    #expect(unused == [])
    let isPacked = [
      model.vision.blocks[0].attention.query.weight.isPacked,
      model.language.blocks[0].attention.query.weight.isPacked,
    ]
    #expect(isPacked == [packed, packed])

    let images = try fixture.pixels()
    let places = try expectTower(model.vision, fixture)
    try fixture.expect("qformer.layernorm", model.qformer.embed(nil, count: images.dim(0)))
    var layers: [Tensor] = []
    let found = try model.qformer(places) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("qformer.layer.\(N)", layer) }
    try fixture.expect("qformer", found)
    try fixture.expect("language_projection", model.encodeImage(images))

    let ids = try fixture.table("input_ids")
    let prompt = try model.prompt(ids, images: images)
    try expectLanguage(model.language, reading: prompt, norm: "lm.final_layer_norm", fixture)

    // An older config.json names no placeholder: the image stands before the text all the same.
    var older = configuration
    older.imageToken = nil
    let olderModel = build(packed: packed) { BLIP2(older, using: &$0) }
    try olderModel.load(fixture.weights(), with: BLIP2.weights, packed: packed)
    let text = ids.map { $0.filter { $0 != configuration.imageToken } }
    try fixture.expect("merged_inputs_embeds", olderModel.prompt(text, images: images))
    print("parity: \(fixture.testDescription) ran")
  }

  @Test(
    "every number of InstructBLIP is that of transformers",
    arguments: Fixture.of("instructblip_vicuna"), [false, true])
  func instructBLIP(fixture: Fixture, packed: Bool) throws {
    let configuration = try InstructBLIPConfiguration(fixture.config())
    let model = build(packed: packed) { InstructBLIP(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: InstructBLIP.weights, packed: packed)
    #expect(unused == [])
    let isPacked = model.language.blocks[0].attention.query.weight.isPacked
    #expect(isPacked == packed)

    let images = try fixture.pixels()
    let places = try expectTower(model.vision, fixture)
    let instructions = try fixture.table("qformer_input_ids")
    let isToken = try fixture.table("qformer_attention_mask").map { $0.map { $0 == 1 } }
    let read = try model.qformer.embed(instructions, count: images.dim(0))
    try fixture.expect("qformer.embeddings", read)
    var layers: [Tensor] = []
    let found = try model.qformer(places, instructions: instructions, isToken: isToken) {
      layers.append($0)
    }
    for (N, layer) in layers.enumerated() { try fixture.expect("qformer.layer.\(N)", layer) }
    try fixture.expect("qformer", try #require(layers.last))
    let image = try model.encodeImage(images, instructions: instructions, isToken: isToken)
    #expect(found.shape == [1, configuration.imageTokenCount, configuration.qformer.width])
    try fixture.expect("language_projection", image)

    // Padding behind the instruction changes nothing that the queries carry.
    let padded = try model.qformer(
      places, instructions: instructions.map { $0 + [0, 0] },
      isToken: isToken.map { $0 + [false, false] })
    let problem = difference(padded, found)
    #expect(problem == nil)

    let prompt = try model.prompt(
      fixture.table("input_ids"), images: images, instructions: instructions, isToken: isToken)
    try expectLanguage(model.language, reading: prompt, norm: "lm.final_norm", fixture)
    print("parity: \(fixture.testDescription) ran")
  }

  @Test(
    "other layouts give the same numbers, and what no parameter takes is listed",
    arguments: Fixture.of("blip2_opt", "instructblip_vicuna"))
  func otherNames(fixture: Fixture) throws {
    let (config, weights) = (try fixture.config(), try fixture.weights())
    let isBLIP2 = fixture.family == "blip2_opt"
    let map = isBLIP2 ? BLIP2.weights : InstructBLIP.weights
    func model() throws -> any VisionLanguageModel {
      var random = SeededRandom(seed: 0)
      if isBLIP2 { return BLIP2(try BLIP2Configuration(config), using: &random) }
      return InstructBLIP(try InstructBLIPConfiguration(config), using: &random)
    }
    let plain = try model()
    try plain.load(weights, with: map)
    for rename in [
      { $0.replacing("qformer.layernorm", with: "qformer.embeddings.layernorm") },
      { $0.replacing("qformer.embeddings.layernorm", with: "qformer.layernorm") },
      { key in
        key.hasSuffix("lm_head.weight")
          ? "lm_head.weight"
          : "model." + key.replacing("language_model.model.", with: "language_model.")
      },
    ] as [(String) -> String] {
      let renamed = try model()
      let source = Renamed(source: weights, rename: rename, extra: "itm_head.bias")
      let unused = try renamed.load(source, with: map)
      #expect(unused == ["itm_head.bias"])
      let same = zip(plain.parameters, renamed.parameters).allSatisfy { $0.values == $1.values }
      #expect(same, "\(fixture.testDescription)")
    }
  }
}

/// The tower's embedding, every block, and all places after the last norm, which are returned.
private func expectTower(_ vision: VisionTransformer, _ fixture: Fixture) throws -> Tensor {
  let images = try fixture.pixels()
  let words = vision.embed(images)
  try fixture.expect("vision.embeddings", words)
  var layers: [Tensor] = []
  _ = vision.blocks(words) { layers.append($0) }
  for (N, layer) in layers.enumerated() { try fixture.expect("vision.layer.\(N)", layer) }
  let places = vision(images)
  try fixture.expect("vision.tower", places)
  return places
}

/// What the language model reads, every block of it, its scores and what it writes.
private func expectLanguage(
  _ language: some LanguageModel, reading prompt: Tensor, norm: String, _ fixture: Fixture
) throws {
  try fixture.expect("merged_inputs_embeds", prompt)
  var layers: [Tensor] = []
  let read = language(prompt) { layers.append($0) }
  for (N, layer) in layers.enumerated() { try fixture.expect("lm.layer.\(N)", layer) }
  try fixture.expect(norm, read)
  try fixture.expect("logits.last8", language.logits(read).last8)
  try expectGreedy(language, after: prompt, fixture, "generate")
}

/// A checkpoint whose tensors have other names, and one tensor more.
private struct Renamed: TensorSource {
  let source: SafetensorsFolder
  let rename: (String) -> String
  let extra: String
  var names: [String] { source.names.map(rename) + [extra] }
  private func original(_ name: String) -> String { source.names.first { rename($0) == name }! }
  func shape(of name: String) throws -> [Int] { try source.shape(of: original(name)) }
  func values(of name: String) throws -> [Float] { try source.values(of: original(name)) }
}
