import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// PaliGemma against `transformers`.
@Suite struct PaliGemmaParityTests {
  private static let tolerance: Float = 2e-5

  private static func model(_ fixture: Fixture, packed: Bool = false) throws -> PaliGemma {
    let configuration = try PaliGemmaConfiguration(fixture.config())
    let model = build(packed: packed) { PaliGemma(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: PaliGemma.weights, packed: packed)
    #expect(unused == [])
    return model
  }

  @Test(
    "every number of PaliGemma is that of transformers", arguments: Fixture.of("paligemma"),
    [false, true])
  func numbers(fixture: Fixture, packed: Bool) throws {
    let model = try Self.model(fixture, packed: packed)
    func expect(_ name: String, _ found: Tensor) throws {
      try fixture.expect(name, found, within: Self.tolerance)
    }
    let (ids, images) = (try fixture.table("input_ids"), try fixture.pixels())
    try expect("vision.embeddings", model.vision.embed(images))
    var layers: [Tensor] = []
    let last = model.vision.blocks(model.vision.embed(images)) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try expect("vision.layer.\(N)", layer) }
    try expect("vision.post_layernorm", model.vision.postNorm!(last))
    try expect("projector", model.encodeImage(images))

    let prompt = try model.prompt(ids, images: images)
    try expect("lm.input_after_scaling", prompt)
    layers = []
    let read = model.language(prompt) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try expect("lm.layer.\(N)", layer) }
    try expect("lm.final_norm", read)
    try expect("logits.last8", model.language.logits(read).last8)
    var logits: [Tensor] = []
    let expected = try fixture.integers("generate.ids")
    let tokens = Generation(model.language)(after: prompt, count: expected.count) {
      logits.append($0.logits.reshaped([1, -1]))
      return true
    }
    #expect(tokens == expected)
    try expect("generate.logits", .concatenated(logits, axis: 0))
    print("parity: \(fixture.testDescription) ran")
  }

  @Test(
    "from the folder alone, pixels and ids are those of transformers",
    arguments: Fixture.of("paligemma"))
  func inputs(fixture: Fixture) throws {
    let vlm = try VLM.read(fixture.folder)
    #expect(try vlm.preprocessor([fixture.image()]).values == fixture.pixels().values)
    #expect(vlm.notes == [] && vlm.unusedTensors == [])
    let prompt = try vlm.prompt(fixture.image(), fixture.question(of: "paligemma"))
    try fixture.expect("lm.input_after_scaling", prompt, within: Self.tolerance)
  }

  @Test("the prompt attends in both directions, the answer only backward")
  func prefix() throws {
    var random = SeededRandom(seed: 1)
    var configuration = PaliGemmaConfiguration()
    configuration.imageToken = 9
    let model = PaliGemma(configuration, using: &random)
    unsettle(model)
    let images = uniform(1, 28, 28, 3)
    func hidden(_ question: [Int], _ answer: [Int]) throws -> Tensor {
      let prompt = try model.prompt([[9, 9, 9, 9] + question], images: images)
      let (T, N) = (prompt.dim(1), answer.count)
      // Written out: a row of the mask for each token, of the prompt and of the answer.
      let mask = (0..<T + N).flatMap { row in
        (0..<T + N).map { $0 < T || $0 <= row ? Float(0) : -1e9 }
      }
      let all = Tensor.concatenated([prompt, model.language.embed([answer])], axis: 1)
      let whole = model.language(all, mask: Tensor(mask, shape: [T + N, T + N]))
      let cache = model.language.emptyCache()
      var parts = [model.language(prompt, cache: cache)]
      for token in answer {
        parts.append(model.language(model.language.embed([[token]]), cache: cache))
      }
      let stepwise = Tensor.concatenated(parts, axis: 1)
      #expect(difference(stepwise, whole, within: 1e-5) == nil)
      return stepwise
    }
    let (one, other) = (try hidden([1, 2, 3], [4, 5]), try hidden([1, 2, 7], [4, 5]))
    // The last word changes the first image token; a later answer does not change an earlier one.
    #expect(one.sliced(axis: 1, 0..<1).values != other.sliced(axis: 1, 0..<1).values)
    let changed = try hidden([1, 2, 3], [4, 6])
    #expect(one.sliced(axis: 1, 0..<8).values == changed.sliced(axis: 1, 0..<8).values)
  }

  @Test(
    "a PaliGemma of another kind is refused by the key",
    arguments: [
      ("text_config.model_type", #""gemma2""#), ("vision_config.model_type", #""dinov2""#),
      ("text_config.use_bidirectional_attention", "false"), ("image_token_index", "5"),
      ("text_config.final_logit_softcapping", "30.0"), ("vision_config.num_attention_heads", "5"),
      ("text_config.hidden_activation", #""silu""#), ("vision_config.image_size", "4097"),
    ])
  func refused(key: String, value: String) throws {
    let folder = try EditedFolder("paligemma")
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed))
    #expect(folder.refusal().contains(key))
  }

  @Test("damaged weights, a tensor without a place, and a prompt of the wrong form are refused")
  func damaged() throws {
    let folder = try EditedFolder("paligemma")
    try folder.setWeights { $0["multi_modal_projector.linear.bias"] = nil }
    #expect(folder.refusal().contains("multi_modal_projector.linear.bias"))
    let other = try EditedFolder("paligemma")
    try other.setWeights { $0["language_model.model.layers.0.post_norm.weight"] = ([1], [1]) }
    #expect(other.refusal().contains("post_norm"))
    let asked = try EditedFolder("paligemma")
    #expect(asked.refusal(asking: "what <image>?").contains("<image>"))
    let text = try String(contentsOf: asked.file("tokenizer.json"), encoding: .utf8)
    try asked.write(text.replacingOccurrences(of: "<bos>", with: "<beg>"), "tokenizer.json")
    #expect(asked.refusal(asking: "what?").contains("\"<bos>\""))
  }
}
