import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// OpenVLA at nano size with random weights, and what its files can get wrong.
@Suite struct OpenVLATests {
  private func nano() -> OpenVLA {
    var configuration = OpenVLAConfiguration()
    configuration.dinov2.shrink()
    configuration.siglip.shrink()
    configuration.dinov2.registers = 1
    configuration.language.shrink()
    configuration.language.maximumTokens = 16
    configuration.actions = ActionTokenizer(bins: 4, vocabulary: 8)
    var random = SeededRandom(seed: 1)
    let model = OpenVLA(configuration, using: &random)
    unsettle(model)
    // Embeddings as large as trained ones: right before a norm, small ones make slopes too steep.
    for (name, parameter) in model.namedParameters {
      let isEmbedding = ["embedding", "ositions", "Token", "registers", "projector.align"]
        .contains { name.contains($0) }
      if isEmbedding { parameter.values = parameter.values.map { _ in random.uniform(in: -1...1) } }
    }
    return model
  }

  private func statistics(_ count: Int) throws -> ActionStatistics {
    let row = [Float](repeating: 0, count: count)
    let columns = try DimensionStatistics(
      mean: row, std: row, max: row.map { _ in 3 }, min: row.map { _ in -1 },
      q01: row.map { _ in -1 }, q99: row.map { _ in 3 })
    return try ActionStatistics(
      action: columns, mask: row.indices.map { $0 != count - 1 }, transitions: 1, trajectories: 1)
  }

  @Test("an OpenVLA is differentiable from its logits to every parameter and pixel")
  func gradient() {
    let model = nano()
    let images = uniform(1, 4, 4, 6).asParameter()
    // The towers' last blocks and norms are never read.
    let read = model.namedParameters.filter {
      !$0.name.contains("postNorm") && !$0.name.hasPrefix("dinov2.blocks.1")
        && !$0.name.hasPrefix("siglip.blocks.1")
    }
    expectGradients(read + [("images", images)], tolerance: 5e-3) {
      try! model.language.logits(model.language(model.prompt([[1, 5, 3]], images: images)))
    }
  }

  @Test("a nano OpenVLA reads one prompt or several")
  func runs() throws {
    var random = SeededRandom(seed: 2)
    let model = OpenVLA(OpenVLAConfiguration(), using: &random)
    let images = uniform(2, 28, 28, 6)
    let prompt = try model.prompt([[1, 2, 3], [1, 4, 5]], images: images)
    #expect(prompt.shape == [2, 3 + 4, 16])
    let single = try model.prompt([[1, 4, 5]], images: images.sliced(axis: 0, 1..<2))
    // OpenBLAS may sum a product of more rows in another order, so only close results are promised.
    #expect(maximumDifference(single.values, prompt.sliced(axis: 0, 1..<2).values) < 1e-5)
    let tokens = try model.actionTokens(
      for: images.sliced(axis: 0, 0..<1), promptIDs: [1, 2], count: 7)
    #expect(tokens.count == 7)
  }

  @Test("image tokens follow the first token, and each tower reads its own channels")
  func order() throws {
    let model = nano()
    let images = uniform(1, 4, 4, 6)
    let (found, words) = (
      try model.prompt([[1, 5, 3]], images: images), model.language.embed([[1, 5, 3]])
    )
    let seen = model.encodeImage(images)
    #expect(found.shape == [1, 7, 8])
    #expect(Array(found.values[..<8]) == Array(words.values[..<8]))
    #expect(Array(found.values[8..<40]) == seen.values)
    #expect(Array(found.values[40...]) == Array(words.values[8...]))
    let alone = try model.prompt([[1]], images: images)
    #expect(alone.shape == [1, 5, 8])

    // By hand: what each tower makes of its three channels, patch by patch, side by side.
    let first = model.dinov2.features(images.sliced(axis: 3, 0..<3)).values
    let second = model.siglip.features(images.sliced(axis: 3, 3..<6)).values
    var features: [Float] = []
    for patch in stride(from: 0, to: 16, by: 4) {
      features += first[patch..<patch + 4]
      features += second[patch..<patch + 4]
    }
    let projected = model.projector(Tensor(features, shape: [1, 4, 8]))
    #expect(projected.values == seen.values)
  }

  @Test("an action has the dimensions and units of its statistics")
  func units() throws {
    let model = nano()
    let image = uniform(1, 4, 4, 6)
    for count in [1, 3, 9] {
      let answer = try model.answer(
        for: image, promptIDs: [1, 5], statistics: statistics(count))
      #expect(answer.tokens.count == count)
      for (a, token) in answer.tokens.enumerated() {
        let centers: [Float] = [-2.0 / 3, 0, 2.0 / 3]  // of 4 edges from −1 to +1
        let center = centers[min(max(7 - token, 0), 2)]
        let expected = a == count - 1 ? center : 2 * (center + 1) - 1
        #expect(abs(answer.action.values[a] - expected) < 1e-6)
      }
    }
  }

  @Test("a prompt that the model cannot read is refused in one line")
  func prompts() {
    let model = nano()
    let image = uniform(1, 4, 4, 6)
    func refusal(_ ids: [Int], count: Int) -> PromptError? {
      #expect(throws: PromptError.self) {
        try model.actionTokens(for: image, promptIDs: ids, count: count)
      }
    }
    // 16 places, of which the image takes 4.
    let (long, many) = (refusal(Array(repeating: 1, count: 13), count: 0), refusal([1], count: 12))
    #expect(long == .tooLong(tokens: 13, limit: 12))
    #expect(many == .tooLong(tokens: 1, limit: 0))
    let unknown = [refusal([1, 9], count: 1), refusal([-1], count: 1)]
    #expect(unknown[0] == .unknownToken(9, vocabulary: 9))
    #expect(unknown[1] == .unknownToken(-1, vocabulary: 9))
    let lines = [long, many].compactMap { $0 } + unknown.compactMap { $0 }
    for line in lines + [.missingToken("▁")] {
      let isOneLine = !line.description.contains("\n")
      #expect(isOneLine, "\(line)")
    }
  }

  @Test("every parameter has a published name, and one readable name")
  func names() {
    let model = nano()
    #expect(throws: WeightError.self) {
      try model.load(WeightMapTests.Memory(tensors: [:]), with: OpenVLA.weights)
    }
    let names = model.namedParameters.map(\.name)
    #expect(Set(names).count == names.count)
    for name in [
      "dinov2.classToken", "dinov2.registers", "dinov2.blocks.0.layerScale1",
      "siglip.blocks.1.attention.key.bias", "projector.align.weight",
      "language.blocks.1.attention.query.weight", "language.head.weight",
    ] { #expect(names.contains(name), "\(name)") }
    #expect(!names.contains("siglip.classToken"))
  }
}
