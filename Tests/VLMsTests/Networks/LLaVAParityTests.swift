import Foundation
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// LLaVA-1.5 against `transformers`, on every fixture there is: both head counts, all key layouts.
@Suite struct LLaVAParityTests {
  @Test(
    "every number of LLaVA is that of transformers",
    arguments: Fixture.of("llava15", "llava15_gqa", "llava15_v5keys"), [false, true])
  func llava(fixture: Fixture, packed: Bool) throws {
    let configuration = try LLaVAConfiguration(fixture.config())
    let model = build(packed: packed) { LLaVA(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: LLaVA.weights, packed: packed)
    let isPacked = model.language.blocks[0].attention.query.weight.isPacked
    #expect(isPacked == packed)
    #expect(unused == [])

    try expectVision(model.vision, fixture)
    let (ids, images) = (try fixture.table("input_ids"), try fixture.pixels())
    try fixture.expect("vision.selected", model.vision.features(images))
    try fixture.expect("projector", model.encodeImage(images))
    let prompt = try model.prompt(ids, images: images)
    try fixture.expect("merged_inputs_embeds", prompt)
    var layers: [Tensor] = []
    let read = model.language(prompt) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("lm.layer.\(N)", layer) }
    try fixture.expect("lm.final_norm", read)
    try fixture.expect("last_hidden_state", read)
    try fixture.expect("logits.last8", model.language.logits(read).last8)
    try expectGreedy(model.language, after: prompt, fixture, "generate")

    let text = model.language.embed(try fixture.table("text_only.input_ids"))
    let answer = model.language.logits(model.language(text))
    try fixture.expect("text_only.logits.last8", answer.last8)
    print("parity: \(fixture.testDescription) ran")
  }

  @Test(
    "on other text models and towers, every number of LLaVA is that of transformers",
    arguments: Fixture.of("llava_mistral", "llava_qwen2", "llava_gemma", "llava_llama3"),
    [false, true])
  func variants(fixture: Fixture, packed: Bool) throws {
    let configuration = try LLaVAConfiguration(fixture.config())
    let model = build(packed: packed) { LLaVA(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: LLaVA.weights, packed: packed)
    #expect(unused == [])

    let (ids, images) = (try fixture.table("input_ids"), try fixture.pixels())
    var layers: [Tensor] = []
    _ = model.vision.blocks(model.vision.embed(images)) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try fixture.expect("vision.layer.\(N)", layer) }
    try fixture.expect("projector", model.encodeImage(images))
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

  @Test("a change of any value in the third decimal is detected")
  func altered() {
    let reference = uniform(2, 3, 4)
    #expect(difference(reference, reference) == nil)
    for place in 0..<reference.count {
      for change: Float in [0.001, -0.001, 0.00011, .nan] {
        let altered = Tensor(reference.values, shape: reference.shape)
        altered.values[place] += change
        #expect(difference(reference, altered) != nil)
      }
    }
    #expect(difference(reference, reference.reshaped([3, 2, 4])) == "[2, 3, 4], not [3, 2, 4]")
  }
}
