import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// Flamingo against `transformers`, as it publishes Idefics.
@Suite struct FlamingoParityTests {
  @Test(
    "every number of Flamingo is that of transformers", arguments: Fixture.of("idefics_flamingo"),
    [false, true])
  func parity(fixture: Fixture, packed: Bool) throws {
    let configuration = try FlamingoConfiguration(fixture.config())
    let model = build(packed: packed) { Flamingo(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: Flamingo.weights, packed: packed)
    #expect(unused == [])
    #expect(model.language.blocks[0].attention.query.weight.isPacked == packed)
    #expect(model.language.crossAttention[0].attention.key.weight.isPacked == packed)

    let images = try fixture.image5()
    let patches = model.vision.patchEmbedding(images)
    try fixture.expect("vision.embeddings", model.vision.prefixed(patches))
    let features = model.vision.features(images, blocks: [-1], skipping: 0)
    try fixture.expect("vision.tower", features)
    if configuration.perceiver != nil { try fixture.expect("perceiver", model.latents(images)) }

    let ids = try fixture.table("input_ids")
    let prompt = try model.prompt(ids, images: images)
    let reader = try model.reader(of: ids, images: images)
    var layers: [Tensor] = []
    let hidden = reader(prompt) { layers.append($0) }
    var expected: [String] = []
    for block in 0..<configuration.language.depth {
      let (number, isCrossed) = block.quotientAndRemainder(dividingBy: configuration.interval)
      if isCrossed == 0 { expected.append("gated_xattn.\(number)") }
      expected.append("lm.layer.\(block)")
    }
    #expect(layers.count == expected.count)
    for (name, layer) in zip(expected, layers) { try fixture.expect(name, layer) }
    try fixture.expect("lm.final_norm", hidden)
    try fixture.expect("logits.last8", reader.logits(hidden).last8)
    try expectGreedy(reader, after: prompt, fixture, "generate")
    print("parity: \(fixture.testDescription) ran")
  }

  @Test(
    "from the folder alone, ids and pixels are the reference's bit for bit",
    arguments: Fixture.of("idefics_flamingo"))
  func folder(fixture: Fixture) throws {
    let vlm = try VLM.read(fixture.folder)
    #expect(vlm.family == "flamingo" && vlm.notes == [] && vlm.unusedTensors == [])
    let text = try #require(fixture.facts()["prompt"] as? String)
    let ids = try [vlm.tokenizer.encode(text, addingSpecialTokens: false)]
    #expect(try ids == fixture.table("input_ids"))
    let imageToken = try fixture.facts()["image_token_id"] as? Int
    #expect(vlm.network.imageToken == imageToken)
    let (pixels, expected) = (try vlm.preprocessor([fixture.image()]), try fixture.image5())
    #expect(pixels.shape == expected.shape)
    #expect(pixels.values.map(\.bitPattern) == expected.values.map(\.bitPattern))
  }

  private func nano(_ change: (inout FlamingoConfiguration) -> Void = { _ in }) -> Flamingo {
    var configuration = FlamingoConfiguration()
    change(&configuration)
    var random = SeededRandom(seed: 4)
    let model = Flamingo(configuration, using: &random)
    unsettle(model)
    return model
  }

  private func logits(_ model: Flamingo, _ ids: [[Int]], _ images: Tensor) throws -> Tensor {
    let reader = try model.reader(of: ids, images: images)
    return try reader.logits(reader(model.prompt(ids, images: images)))
  }

  @Test("only tokens from <image> on see the image, each its own text's")
  func seen() throws {
    let model = nano()
    let (one, other) = (uniform(2, 28, 28, 3, seed: 1), uniform(2, 28, 28, 3, seed: 2))
    let ids = [[1, 2, 65, 4, 5], [65, 3, 4, 5, 6]]
    let (a, b) = (try logits(model, ids, one), try logits(model, ids, other))
    for (text, start) in [(0, 2), (1, 0)] {
      for t in 0..<5 {
        let differs = (0..<a.dim(2)).contains { abs(a[text, t, $0] - b[text, t, $0]) > 1e-6 }
        #expect(differs == (t >= start), "text \(text), token \(t)")
      }
    }
    let first = try logits(model, [ids[0]], one.sliced(axis: 0, 0..<1))
    let inBatch = a.sliced(axis: 0, 0..<1)
    #expect(maximumDifference(first.values, inBatch.values) < 1e-5)
  }

  @Test("closed gates leave the language model as it was")
  func closed() throws {
    let model = nano()
    for block in model.language.crossAttention {
      for gate in [block.attentionGate, block.feedForwardGate] {
        gate.values = gate.values.map { _ in 0 }
      }
    }
    let ids = [[1, 65, 4, 5]]
    let prompt = try model.prompt(ids, images: uniform(1, 28, 28, 3))
    let reader = try model.reader(of: ids, images: uniform(1, 28, 28, 3))
    #expect(reader(prompt).values == model.language.text(prompt).values)
  }

  @Test(
    "each variant is differentiable from its logits to its new parts",
    arguments: [true, false], [true, false])
  func gradients(isResampled: Bool, isTied: Bool) throws {
    let model = nano {
      $0.vision.shrink()
      $0.language.shrink()
      ($0.language.isTied, $0.normalizesHeads, $0.gatesChannels) = (isTied, !isTied, isResampled)
      $0.imageToken = 10
      if !isResampled { $0.perceiver = nil }
    }
    let new = model.language.namedParameters.filter { !$0.name.hasPrefix("text.") }
    let resampler = model.perceiver?.namedParameters ?? []
    expectGradients(new + resampler, tolerance: 1e-2, step: 0x1p-9) {
      try! logits(model, [[1, 10, 3]], uniform(1, 4, 4, 3))
    }
  }

  @Test("a prompt needs exactly one <image>, and ids of its vocabulary")
  func prompts() throws {
    let (model, image) = (nano(), uniform(1, 28, 28, 3))
    for (ids, error) in [
      ([1, 2], PromptError.imageTokens(found: 0, needed: 1)),
      ([65, 65], .imageTokens(found: 2, needed: 1)), ([65, 66], .unknownToken(66, vocabulary: 66)),
    ] {
      #expect(throws: error) { try model.prompt([ids], images: image) }
      #expect(throws: error) { try model.reader(of: [ids], images: image) }
    }
  }
}

extension Fixture {
  /// The only image of [B, images, 3, H, W], as [B, H, W, 3].
  fileprivate func image5() throws -> Tensor {
    let pixels = try tensor("pixel_values")
    return pixels.reshaped([pixels.dim(0)] + pixels.shape.suffix(3)).permuted([0, 2, 3, 1])
  }
}
