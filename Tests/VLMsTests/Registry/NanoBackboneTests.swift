import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// The families at nano size, with random weights.
@Suite struct NanoBackboneTests {
  private func nanoLLaVA() -> LLaVA {
    var configuration = LLaVAConfiguration()
    configuration.vision.shrink()
    configuration.language.shrink()
    configuration.imageToken = 8
    var random = SeededRandom(seed: 1)
    let model = LLaVA(configuration, using: &random)
    spread(model)
    return model
  }
  private let prompt = [[1, 8, 8, 8, 8, 3]]

  @Test("a LLaVA is differentiable from its logits to every parameter and pixel")
  func llavaGradient() {
    let model = nanoLLaVA()
    let images = uniform(1, 4, 4, 3).asParameter()
    // The last block and norm of the tower are never read: LLaVA looks at the block before.
    let read = model.namedParameters.filter {
      !$0.name.hasPrefix("vision.blocks.1") && !$0.name.hasPrefix("vision.postNorm")
    }
    expectGradients(read + [("images", images)], tolerance: 5e-3) {
      try! model.language.logits(model.language(model.prompt(prompt, images: images)))
    }
  }

  @Test("a LLaVA-NeXT is differentiable through its tiles") func llavaNeXTGradient() {
    var configuration = LLaVANeXTConfiguration()
    configuration.llava.vision.shrink()
    configuration.language.shrink()
    configuration.llava.imageToken = 8
    configuration.resolutions = [.init(width: 4, height: 8)]
    var random = SeededRandom(seed: 1)
    let model = LLaVANeXT(configuration, using: &random)
    spread(model)
    let image = PreparedImage(
      pixels: uniform(3, 4, 4, 3), grid: .init(width: 1, height: 2),
      size: .init(width: 4, height: 8))
    let count = configuration.tokenCount(of: image)
    let ids = [1] + Array(repeating: 8, count: count) + [3]
    let read = model.namedParameters.filter {
      ["newline", "llava.projector.contract.bias", "llava.language.norm.weight"].contains($0.name)
    }
    #expect(read.count == 3)
    expectGradients(read, tolerance: 5e-3) {
      try! model.language.logits(model.language(model.prompt(ids, image: image)))
    }
  }

  @Test("a CLIP is differentiable from its logits to every parameter")
  func clipGradient() {
    var configuration = CLIPConfiguration()
    configuration.vision.shrink()
    (configuration.text.vocabulary, configuration.text.width) = (7, 4)
    (configuration.text.hidden, configuration.text.maximumTokens) = (4, 3)
    configuration.projection = 3
    var random = SeededRandom(seed: 2)
    let model = CLIP(configuration, using: &random)
    spread(model)
    model.logitScale.values = [0]
    let images = uniform(2, 4, 4, 3)
    let (ids, isToken) = ([[1, 2, 6], [3, 6, 0]], [[true, true, true], [true, true, false]])
    expectGradients(model.namedParameters, tolerance: 5e-3) {
      model(images, ids: ids, isToken: isToken)
    }
  }

  @Test("a CLIP + GPT-2 is differentiable, including positions and tied head")
  func gpt2Gradient() {
    var configuration = CLIPGPT2Configuration()
    configuration.vision.shrink()
    (configuration.language.vocabulary, configuration.language.width) = (5, 4)
    (configuration.language.hidden, configuration.language.maximumTokens) = (6, 6)
    var random = SeededRandom(seed: 3)
    let model = CLIPGPT2(configuration, using: &random)
    spread(model)
    let images = uniform(1, 4, 4, 3)
    let read = model.language.namedParameters + model.projector.namedParameters
    expectGradients(read, tolerance: 5e-3) {
      try! model.language.logits(model.language(model.prompt([[1, 4]], images: images)))
    }
  }

  @Test("a ViLT is differentiable from its summary to every parameter, at any aspect")
  func viltGradient() {
    var configuration = ViLTConfiguration()
    configuration.encoder.shrink()
    (configuration.encoder.depth, configuration.encoder.epsilon) = (1, 1e-5)
    (configuration.vocabulary, configuration.maximumTokens, configuration.answers) = (
      5, 3, ["no", "yes", "red"]
    )
    var random = SeededRandom(seed: 2)
    let model = ViLT(configuration, using: &random)
    spread(model)
    let images = uniform(1, 2, 6, 3)
    expectGradients(model.namedParameters, tolerance: 5e-3) {
      model.answers!(model.summary(of: model(try! model.prompt([[1, 4]], images: images))))
    }
  }

  @Test("a tower with registers, layer scales and no class token is differentiable")
  func towerGradient() {
    var configuration = VisionTransformerConfiguration()
    configuration.shrink()
    configuration.depth = 1
    (configuration.registers, configuration.classToken) = (2, false)
    configuration.layerScale = true
    var random = SeededRandom(seed: 4)
    let tower = VisionTransformer(configuration, using: &random)
    spread(tower)
    let images = uniform(2, 4, 4, 3)
    let output = tower(images)
    #expect(output.shape == [2, 6, 4])
    #expect(tower.features(images, blocks: [-1]).shape == [2, 4, 4])
    expectGradients(tower.namedParameters) { tower(images) }
  }

  @Test("interpolated positions are unchanged at the same size, and receive gradients")
  func stretched() {
    var random = SeededRandom(seed: 5)
    let embedding = PatchEmbedding(imageSize: 6, patchSize: 2, width: 4, using: &random)
    let (same, wider) = (uniform(1, 6, 6, 3), uniform(1, 4, 8, 3))
    let (plain, stretched) = (embedding(same), embedding.stretched(to: same))
    #expect(maximumDifference(plain.values, stretched.values) < 1e-6)
    #expect(embedding.stretched(to: wider).shape == [1, 8, 4])
    expectGradients(embedding.namedParameters) { embedding.stretched(to: wider) }
  }

  @Test("image tokens replace the prompt's placeholders in order")
  func places() throws {
    let model = nanoLLaVA()
    let images = uniform(2, 2, 8)
    let ids = [[8, 1, 8], [2, 8, 8]]
    let found = try model.language.embed(ids, placing: images, at: 8)
    let words = model.language.embed([[0, 1, 0], [2, 0, 0]])
    for (b, t, source) in [(0, 0, 0), (0, 1, nil), (0, 2, 1), (1, 0, nil), (1, 1, 0), (1, 2, 1)]
      as [(Int, Int, Int?)]
    {
      for d in 0..<8 {
        let expected = source.map { images[b, $0, d] } ?? words[b, t, d]
        #expect(found[b, t, d] == expected)
      }
    }
  }

  @Test("a prompt with too few image placeholders is refused, with both counts")
  func fewPlaces() {
    let model = nanoLLaVA()
    let error = #expect(throws: PromptError.self) {
      _ = try model.prompt([[1, 8, 8, 8]], images: uniform(1, 4, 4, 3))
    }
    #expect(error == .imageTokens(found: 3, needed: 4))
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains("3 image tokens") && line.contains("4 times") && !line.contains("\n"))
  }

  @Test("a model with learned positions reads and generates no more tokens than it has positions")
  func positionLimit() throws {
    var configuration = CLIPGPT2Configuration()
    configuration.language.maximumTokens = 8
    var random = SeededRandom(seed: 3)
    let model = CLIPGPT2(configuration, using: &random)
    let images = uniform(1, 28, 28, 3)
    let error = #expect(throws: PromptError.self) {
      _ = try model.prompt([[1, 2, 3, 4, 5]], images: images)
    }
    #expect(error == .tooLong(tokens: 5, limit: 4))
    let prompt = try model.prompt([[1, 2]], images: images)
    // 6 places are read; 2 more tokens can be, and what the last of them is followed by.
    #expect(Generation(model.language)(after: prompt, count: 20).count == 3)
  }

  @Test("text is generated token by token until a stop token, the limit, or the callback ends it")
  func generation() throws {
    let model = nanoLLaVA()
    let prompt = try model.prompt(prompt, images: uniform(1, 4, 4, 3))
    var streamed: [Int] = []
    let tokens = Generation(model.language)(after: prompt, count: 5) {
      streamed.append($0.token)
      return true
    }
    #expect(tokens.count == 5)
    #expect(streamed == tokens)

    // Without a cache: everything read anew for each token.
    var (all, expected) = (prompt, [Int]())
    for _ in 0..<5 {
      let logits = model.language.logits(model.language(all))
      expected.append(logits.argmax().last ?? -1)
      all = .concatenated([all, model.language.embed([[expected.last ?? 0]])], axis: 1)
    }
    #expect(tokens == expected)

    let stop = try #require(tokens.last)
    let stopped = Generation(model.language, stops: [stop])(after: prompt, count: 5)
    #expect(stopped == Array(tokens.prefix { $0 != stop }))
    let refused = Generation(model.language)(after: prompt, count: 5) { _ in false }
    #expect(refused == Array(tokens.prefix(1)))
    #expect(Generation(model.language)(after: prompt, count: 0) == [])
  }

  @Test("every parameter has one readable name")
  func names() {
    let names = nanoLLaVA().namedParameters.map(\.name)
    #expect(Set(names).count == names.count)
    for name in [
      "vision.classToken", "vision.patchEmbedding.projection.weight", "projector.expand.bias",
      "vision.blocks.0.attention.query.bias", "language.embedding.weight",
      "language.blocks.1.feedForward.gate.weight", "language.norm.weight", "language.head.weight",
    ] { #expect(names.contains(name), "\(name)") }
  }
}

/// As `unsettle`, and embeddings as large as trained ones: right before a norm, numbers near 0 make
/// slopes too steep for differences.
private func spread(_ model: some Module) {
  unsettle(model)
  var random = SeededRandom(seed: 6)
  for (name, parameter) in model.namedParameters {
    let isEmbedding = ["embedding", "osition", "Token", "registers", "projector.contract"]
      .contains { name.contains($0) }
    if isEmbedding { parameter.values = parameter.values.map { _ in random.uniform(in: -1...1) } }
  }
}
