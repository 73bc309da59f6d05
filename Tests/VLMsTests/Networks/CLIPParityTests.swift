import Files
import Foundation
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// CLIP and CLIP + GPT-2 against `transformers`, on every fixture there is.
@Suite struct CLIPParityTests {
  @Test(
    "every tensor of CLIP matches transformers", arguments: Fixture.of("clip"), [false, true])
  func clip(fixture: Fixture, packed: Bool) throws {
    let configuration = try CLIPConfiguration(fixture.config())
    let model = build(packed: packed) { CLIP(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: CLIP.weights, packed: packed)
    #expect(unused == [])

    try expectVision(model.vision, fixture)
    let rows = try #require(fixture.facts()["prompts"] as? [String]).count
    let ids = try fixture.table("input_ids", rows: rows)
    let isToken = try fixture.table("attention_mask", rows: rows).map { $0.map { $0 == 1 } }
    try fixture.expect("text.embeddings", model.text.embed(ids))
    var layers: [Tensor] = []
    let text = model.text(ids, isToken: isToken) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("text.layer.\(N)", layer) }
    try fixture.expect("text.final_layer_norm", text)

    let images = try fixture.pixels()
    try fixture.expect("image_embeds", model.embed(images))
    try fixture.expect("text_embeds", model.embed(ids, isToken: isToken))
    let scores = model(images, ids: ids, isToken: isToken)
    try fixture.expect("logits_per_image", scores)
    try fixture.expect("logits_per_text", scores.transposed(0, 1))
    print("parity: \(fixture.testDescription) ran")
  }

  @Test("positions are interpolated as in torch", arguments: Fixture.of("clip"))
  func stretched(fixture: Fixture) throws {
    var random = SeededRandom(seed: 0)
    let model = try CLIP(CLIPConfiguration(fixture.config()), using: &random)
    try model.load(fixture.weights(), with: CLIP.weights)
    let vision = model.vision
    let images = try fixture.pixels("interp56.pixel_values")
    let words = vision.patchEmbedding.stretched(to: images)
    try fixture.expect(
      "interp56.last_hidden_state",
      vision.blocks(vision.preNorm!(vision.prefixed(words))))
  }

  @Test(
    "every number of CLIP + GPT-2 is that of transformers",
    arguments: Fixture.of("clip_gpt2"), [false, true])
  func clipGPT2(fixture: Fixture, packed: Bool) throws {
    var configuration = CLIPGPT2Configuration()
    configuration.vision = try VisionTransformerConfiguration(clip: fixture.config("clip_vision"))
    configuration.language = try GPT2Configuration(fixture.config("gpt2"))
    let model = build(packed: packed) { CLIPGPT2(configuration, using: &$0) }
    let between = fixture.folder.appending(path: "projector.safetensors")
    let (vision, language) = (try fixture.weights("clip_vision"), try fixture.weights("gpt2"))
    let projector = try SafetensorsFile(url: between)
    let unused =
      try model.vision.load(vision, with: CLIPGPT2.visionWeights, packed: packed)
      + model.language.load(language, with: CLIPGPT2.languageWeights, packed: packed)
      + model.projector.load(projector, with: CLIPGPT2.projectorWeights, packed: packed)
    #expect(unused == [])

    try expectVision(model.vision, fixture)
    let (ids, images) = (try fixture.table("input_ids"), try fixture.pixels())
    let words = model.language.embed(ids)
    var layers: [Tensor] = []
    let read = model.language(words) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("text_only.lm.layer.\(N)", layer) }
    try fixture.expect("text_only.lm.ln_f", read)
    try fixture.expect("text_only.logits.last8", model.language.logits(read).last8)
    try expectGreedy(model.language, after: words, fixture, "generate")

    try fixture.expect("composed.projector_output", model.encodeImage(images))
    let prompt = try model.prompt(ids, images: images)
    try fixture.expect("composed.inputs_embeds", prompt)
    let composed = model.language.logits(model.language(prompt))
    try fixture.expect("composed.logits.last8", composed.last8)
    try expectGreedy(model.language, after: prompt, fixture, "composed.generate")
    print("parity: \(fixture.testDescription) ran")
  }
}

/// The tower's embedding, every block, and the class token after the last norm.
func expectVision(_ vision: VisionTransformer, _ fixture: Fixture) throws {
  let images = try fixture.pixels()
  try fixture.expect("vision.embeddings", vision.prefixed(vision.patchEmbedding(images)))
  try fixture.expect("vision.pre_layrnorm", vision.embed(images))
  var layers: [Tensor] = []
  let last = vision.blocks(vision.embed(images)) { layers.append($0) }
  for (N, layer) in layers.enumerated() { try fixture.expect("vision.layer.\(N)", layer) }
  let summary = vision.postNorm!(last).sliced(axis: 1, 0..<1).reshaped([images.dim(0), -1])
  try fixture.expect("vision.post_layernorm_cls", summary)
}

/// The greedy tokens and what each was chosen by; and that the cache changes neither.
func expectGreedy(
  _ model: any LanguageModel, after prompt: Tensor, _ fixture: Fixture, _ name: String
) throws {
  let expected = try fixture.integers(name + ".ids")
  var steps: [Tensor] = []
  let tokens = Generation(model)(after: prompt, count: expected.count) { step in
    steps.append(step.logits.reshaped([1, -1]))
    return true
  }
  #expect(tokens == expected, "\(fixture.testDescription): \(name)")
  let cached = Tensor.concatenated(steps, axis: 0)
  try fixture.expect(name + ".logits", cached)

  let all = Tensor.concatenated([prompt, model.embed([Array(expected.dropLast())])], axis: 1)
  let (T, N) = (prompt.dim(1), expected.count)
  let uncached = model.logits(model(all)).sliced(axis: 1, T - 1..<T - 1 + N)
  let problem = difference(cached, uncached.reshaped(cached.shape))
  #expect(problem == nil, "\(fixture.testDescription): \(name)")
}

extension Tensor {
  /// The last 8 places of [B, T, V].
  var last8: Tensor { sliced(axis: 1, dim(1) - 8..<dim(1)) }
}
