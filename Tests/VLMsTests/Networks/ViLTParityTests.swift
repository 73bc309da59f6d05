import Files
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// ViLT against `transformers`, whose patches the fixture holds row by row.
@Suite struct ViLTParityTests {
  @Test(
    "every number of ViLT is that of transformers", arguments: Fixture.of("vilt"), [false, true])
  func parity(fixture: Fixture, packed: Bool) throws {
    let configuration = try ViLTConfiguration(fixture.config())
    let model = build(packed: packed) { ViLT(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: ViLT.weights, packed: packed)
    #expect(unused == [])
    #expect(model.blocks[0].attention.query.weight.isPacked == packed)

    let (ids, images) = (try fixture.table("input_ids"), try fixture.pixels())
    try fixture.expect("embeddings.text_before_type", model.words(ids))
    let prompt = try model.prompt(ids, images: images)
    try fixture.expect("hidden_states.0", prompt)
    var layers: [Tensor] = []
    let hidden = model(prompt) { layers.append($0) }
    #expect(layers.count == configuration.encoder.depth)
    for (N, layer) in layers.enumerated() { try fixture.expect("hidden_states.\(N + 1)", layer) }
    try fixture.expect("last_hidden_state", hidden)
    let summary = model.summary(of: hidden)
    try fixture.expect("pooler_output", summary)
    let answers = try #require(model.answers)
    try fixture.expect("vqa_logits", answers(summary))
    print("parity: \(fixture.testDescription) ran")
  }

  @Test(
    "from the folder alone, ids and pixels are the reference's bit for bit, and so is the state",
    arguments: Fixture.of("vilt"))
  func folder(fixture: Fixture) throws {
    let vlm = try VLM.read(fixture.folder)
    #expect(vlm.family == "vilt" && vlm.notes == [] && vlm.unusedTensors == [])
    let asked = try #require(fixture.facts()["prompt"] as? String)
    #expect(try [vlm.tokenizer.encode(asked)] == fixture.table("input_ids"))
    let pixels = try vlm.preprocessor([fixture.image()])  // [1, H, W, 3]
    let expected = try fixture.pixels()
    #expect(pixels.shape == expected.shape)
    #expect(pixels.values.map(\.bitPattern) == expected.values.map(\.bitPattern))
    let (prompt, reader) = try vlm.reading(fixture.image(), asked)
    try fixture.expect("pooler_output", reader.summary(of: reader(prompt)))
  }

  @Test("two prompts at once are each as if alone")
  func batch() throws {
    var random = SeededRandom(seed: 4)
    let model = ViLT(ViLTConfiguration(), using: &random)
    let (images, ids) = (uniform(2, 28, 42, 3), [[1, 2, 3], [9, 8, 7]])
    func summary(_ ids: [[Int]], _ images: Tensor) throws -> [Float] {
      try model.summary(of: model(model.prompt(ids, images: images))).values
    }
    let both = try summary(ids, images)
    let each = try (0..<2).flatMap { try summary([ids[$0]], images.sliced(axis: 0, $0..<$0 + 1)) }
    #expect(maximumDifference(both, each) < 1e-5)
  }

  @Test(
    "interpolated positions are exact where they are linear: corners stay corners",
    arguments: [(4, 4), (2, 7), (1, 3), (9, 1), (1, 1), (3, 5)])
  func positions(rows: Int, columns: Int) {
    var configuration = ViLTConfiguration()
    (configuration.encoder.imageSize, configuration.encoder.patchSize) = (8, 2)
    configuration.encoder.width = 4
    var random = SeededRandom(seed: 4)
    let model = ViLT(configuration, using: &random)
    let embedding = model.vision.patchEmbedding
    for parameter in embedding.projection.parameters + [model.modalities] {
      parameter.values = parameter.values.map { _ in 0 }
    }
    // The position in row r and column c of the 4×4 grid is (r, c, 0, 0).
    embedding.positions.values = (0..<16).flatMap { [Float($0 / 4), Float($0 % 4), 0, 0] }
    let tokens = model.encodeImage(uniform(1, 2 * rows, 2 * columns, 3))
    #expect(tokens.shape == [1, 1 + rows * columns, 4])
    func stretched(_ index: Int, of count: Int) -> Float {
      count == 1 ? 0 : 3 * Float(index) / Float(count - 1)
    }
    for r in 0..<rows {
      for c in 0..<columns {
        #expect(abs(tokens[0, 1 + r * columns + c, 0] - stretched(r, of: rows)) < 1e-5)
        #expect(abs(tokens[0, 1 + r * columns + c, 1] - stretched(c, of: columns)) < 1e-5)
      }
    }
  }

  @Test(
    "an image of any aspect gets sides that are multiples of a patch, as transformers rounds them",
    arguments: [
      (384, 32, 640, 480, 512, 384), (384, 32, 1, 1, 384, 384), (384, 32, 1000, 200, 608, 128),
      (384, 32, 800, 1333, 352, 608), (384, 32, 4000, 3000, 512, 384),
      (384, 32, 500, 301, 608, 384), (42, 14, 480, 640, 42, 56), (42, 14, 1000, 200, 56, 14),
      (42, 14, 800, 1333, 28, 56), (100, 7, 640, 480, 133, 98), (100, 7, 333, 500, 98, 147),
      (100, 7, 1000, 200, 161, 28),
    ])
  func sizes(
    edge: Int, divisor: Int, width: Int, height: Int, newWidth: Int, newHeight: Int
  ) throws {
    let text = """
      {"image_processor_type": "ViltImageProcessor", "size": \(edge), "size_divisor": \(divisor)}
      """
    let preprocess = try ImagePreprocessor(
      JSONFile.parse(Data(text.utf8), name: "preprocessor_config.json"))
    let shape = try preprocess([RGBImage(width: width, height: height)]).shape
    #expect(shape == [1, newHeight, newWidth, 3])
    #expect(preprocess.normalizations[0].mean == [0.5, 0.5, 0.5])
    for (width, height) in [(1, 2000), (2000, 3)] {
      let error = #expect(throws: ImagePreprocessorError.self) {
        try preprocess([RGBImage(width: width, height: height)])
      }
      #expect("\(error!)".hasPrefix("an image of \(width)×\(height) pixels is too narrow"))
    }
  }
}
