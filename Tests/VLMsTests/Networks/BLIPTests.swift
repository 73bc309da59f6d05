import Files
import Foundation
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// BLIP-2, InstructBLIP and their parts at nano size, with random weights.
@Suite struct BLIPTests {
  private func tinyVision() -> VisionTransformerConfiguration {
    var vision = VisionTransformerConfiguration()
    (vision.width, vision.hidden, vision.depth) = (4, 4, 1)
    (vision.imageSize, vision.patchSize) = (4, 2)
    return vision
  }

  private func tinyQFormer(readsInstruction: Bool) -> QFormerConfiguration {
    var qformer = QFormerConfiguration()
    (qformer.queries, qformer.width, qformer.hidden, qformer.heads) = (2, 6, 4, 2)
    qformer.readsInstruction = readsInstruction
    (qformer.vocabulary, qformer.maximumTokens) = (5, 4)
    return qformer
  }

  private func tinyBLIP2() -> BLIP2 {
    var configuration = BLIP2Configuration()
    configuration.vision = tinyVision()
    configuration.qformer = tinyQFormer(readsInstruction: false)
    (configuration.language.vocabulary, configuration.language.width) = (7, 4)
    (configuration.language.hidden, configuration.language.maximumTokens) = (6, 6)
    configuration.language.activation = .gelu  // ReLU's corner would spoil differences
    configuration.imageToken = 6
    var random = SeededRandom(seed: 1)
    let model = BLIP2(configuration, using: &random)
    spread(model)
    return model
  }

  private func tinyInstructBLIP() -> InstructBLIP {
    var configuration = InstructBLIPConfiguration()
    configuration.vision = tinyVision()
    configuration.qformer = tinyQFormer(readsInstruction: true)
    (configuration.language.vocabulary, configuration.language.width) = (7, 8)
    (configuration.language.headWidth, configuration.language.hidden) = (2, 6)
    configuration.language.depth = 1
    configuration.imageToken = 6
    var random = SeededRandom(seed: 2)
    let model = InstructBLIP(configuration, using: &random)
    spread(model)
    return model
  }

  @Test("a BLIP-2 is differentiable from its logits to every parameter and pixel")
  func blip2Gradient() {
    let model = tinyBLIP2()
    let images = uniform(1, 4, 4, 3).asParameter()
    expectGradients(model.namedParameters + [("images", images)], tolerance: 5e-3) {
      try! model.language.logits(model.language(model.prompt([[6, 6, 2, 1]], images: images)))
    }
  }

  @Test("an InstructBLIP is differentiable, including the embeddings of the instruction")
  func instructBLIPGradient() {
    let model = tinyInstructBLIP()
    let images = uniform(2, 4, 4, 3).asParameter()
    let (ids, instructions) = ([[6, 6, 1], [6, 6, 2]], [[2, 1, 3], [2, 3, 0]])
    let isToken = [[true, true, true], [true, true, false]]
    // The text outputs of the last block are not used.
    let read = model.namedParameters.filter { !$0.name.contains("blocks.1.text") }
    expectGradients(read + [("images", images)], tolerance: 5e-3) {
      let prompt = try! model.prompt(
        ids, images: images, instructions: instructions, isToken: isToken)
      return model.language.logits(model.language(prompt))
    }
  }

  @Test("the image tokens are the configured queries, whatever the instruction's length")
  func shapes() throws {
    let model = tinyInstructBLIP()
    let images = uniform(1, 4, 4, 3)
    for instruction in [nil, [[1]], [[1, 2, 3, 4]]] as [[[Int]]?] {
      let shape = try model.encodeImage(images, instructions: instruction).shape
      #expect(shape == [1, 2, 8])
    }
    let silent = try model.prompt([[6, 6, 1]], images: images)
    let asked = try model.prompt([[6, 6, 1]], images: images, instructions: [[1, 2]])
    let other = try model.prompt([[6, 6, 1]], images: images, instructions: [[2, 1]])
    #expect(maximumDifference(silent.values, asked.values) > 1e-3)
    #expect(maximumDifference(other.values, asked.values) > 1e-3)
  }

  @Test("only queries attend to the image, in every second block")
  func looks() throws {
    var configuration = tinyQFormer(readsInstruction: true)
    (configuration.depth, configuration.crossAttentionFrequency) = (5, 2)
    var random = SeededRandom(seed: 3)
    let qformer = QFormer(configuration, contextWidth: 4, using: &random)
    let looks = qformer.blocks.map { $0.crossAttention != nil }
    #expect(looks == [true, false, true, false, true])

    // After one block the words know nothing of the image yet; the queries do.
    func first(_ seed: UInt64) throws -> Tensor {
      var made: [Tensor] = []
      _ = try qformer(uniform(1, 5, 4, seed: seed), instructions: [[1, 2, 3]]) { made.append($0) }
      return made[0]
    }
    let (a, b) = (try first(1), try first(2))
    let words = maximumDifference(
      a.sliced(axis: 1, 2..<5).values, b.sliced(axis: 1, 2..<5).values)
    let queries = maximumDifference(
      a.sliced(axis: 1, 0..<2).values, b.sliced(axis: 1, 0..<2).values)
    #expect(words == 0)
    #expect(queries > 1e-4)
  }

  @Test("a block adds, then normalizes, queries and text separately")
  func block() {
    var random = SeededRandom(seed: 4)
    let block = QFormerBlock(tinyQFormer(readsInstruction: true), contextWidth: 4, using: &random)
    spread(block)
    let (x, image) = (uniform(2, 5, 6, seed: 2), uniform(2, 3, 4, seed: 3))
    let found = block(x, queries: 2, image: image)

    // Row by row: the words never pass the cross-attention.
    let met = block.norm1(x + block.selfAttention(x).output)
    for row in 0..<5 {
      var one = met.sliced(axis: 1, row..<row + 1)
      if row < 2 {
        one = block.norm2!(one + block.crossAttention!(one, context: image).output)
        one = block.norm3(one + block.feedForward(one))
      } else {
        one = block.textNorm!(one + block.textFeedForward!(one))
      }
      let same = maximumDifference(found.sliced(axis: 1, row..<row + 1).values, one.values)
      #expect(same < 1e-5, "row \(row)")
    }
  }

  @Test("an instruction with more tokens than positions is refused, with both counts")
  func longInstruction() {
    let model = tinyInstructBLIP()
    let error = #expect(throws: PromptError.self) {
      _ = try model.encodeImage(uniform(1, 4, 4, 3), instructions: [[1, 2, 3, 4, 1]])
    }
    #expect(error == .tooLong(tokens: 5, limit: 4))
  }

  @Test("a prompt needs one placeholder per query and must fit into the positions")
  func promptLimits() throws {
    let model = tinyBLIP2()
    let images = uniform(1, 4, 4, 3)
    let few = #expect(throws: PromptError.self) {
      _ = try model.prompt([[6, 2, 1]], images: images)
    }
    #expect(few == .imageTokens(found: 1, needed: 2))
    let long = #expect(throws: PromptError.self) {
      _ = try model.prompt([[6, 6, 2, 1, 1, 1, 1]], images: images)
    }
    #expect(long == .tooLong(tokens: 7, limit: 6))
    let prompt = try model.prompt([[6, 6, 2, 1]], images: images)
    // 4 places are read; 2 more tokens can be, and what the last of them is followed by.
    let written = Generation(model.language)(after: prompt, count: 20).count
    #expect(written == 3)
  }

  @Test("OPT's first token has the third position, and later ones follow")
  func positions() {
    let model = tinyBLIP2().language
    let zero = Tensor.zeros([1, 2, 4])
    let first = model.positioned(zero, from: 0).values
    let later = model.positioned(zero, from: 4).values
    #expect(first == Array(model.positions.values[8..<16]))
    #expect(later == Array(model.positions.values[24..<32]))
  }

  @Test("every parameter has one readable name and a published name")
  func names() {
    let (blip2, instructBLIP) = (tinyBLIP2(), tinyInstructBLIP())
    let names = blip2.namedParameters.map(\.name) + instructBLIP.namedParameters.map(\.name)
    for name in [
      "qformer.queries", "qformer.norm.bias", "qformer.blocks.0.crossAttention.key.weight",
      "qformer.textEmbedding.weight", "qformer.positions", "qformer.blocks.1.textNorm.weight",
      "projector.weight", "language.positions", "language.blocks.1.feedForward.expand.bias",
    ] { #expect(names.contains(name), "\(name)") }
    // An empty checkpoint names the first missing key; a parameter without a rule would stop.
    let empty = WeightMapTests.Memory(tensors: [:])
    #expect(throws: WeightError.self) { try blip2.load(empty, with: BLIP2.weights) }
    #expect(throws: WeightError.self) { try instructBLIP.load(empty, with: InstructBLIP.weights) }
  }
}

/// BLIP-2's and InstructBLIP's config.json.
@Suite struct BLIPConfigurationTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONFile.parse(Data(text.utf8), name: "config.json")
  }

  @Test("missing keys of config.json have transformers' defaults")
  func defaults() throws {
    let blip2 = try BLIP2Configuration(parse("{}"))
    let vision = blip2.vision
    let sizes1 = [vision.patchCount, vision.width, vision.depth, vision.heads, vision.hidden]
    #expect(sizes1 == [256, 1408, 39, 16, 6144])
    #expect(vision.activation == .gelu)
    #expect(vision.epsilon == 1e-6)
    let q = blip2.qformer
    let sizes2 = [q.queries, q.width, q.depth, q.heads, q.hidden, q.crossAttentionFrequency]
    #expect(sizes2 == [32, 768, 12, 12, 3072, 2])
    #expect(q.epsilon == 1e-12)
    #expect(!q.readsInstruction)
    let opt = blip2.language
    let sizes3 = [opt.vocabulary, opt.width, opt.depth, opt.heads, opt.hidden, opt.maximumTokens]
    #expect(sizes3 == [50_272, 768, 12, 12, 3072, 2048])
    #expect(opt.activation == .relu)
    #expect(opt.isTied)
    #expect(blip2.imageToken == nil)

    let json = try parse(#"{"text_config": {"model_type": "llama"}, "image_token_id": 7}"#)
    let instructBLIP = try InstructBLIPConfiguration(json)
    let sizes4 = [instructBLIP.qformer.vocabulary, instructBLIP.qformer.maximumTokens]
    #expect(sizes4 == [30_522, 512])
    #expect(instructBLIP.qformer.readsInstruction)
    #expect(instructBLIP.vision == vision)
    #expect(instructBLIP.language.width == 4096)
    #expect(instructBLIP.imageToken == 7)
  }

  @Test(
    "what these families cannot be is refused with its key, in one line",
    arguments: [
      (#"{"text_config": {"model_type": "t5"}}"#, "text_config.model_type"),
      (#"{"text_config": {"word_embed_proj_dim": 512}}"#, "text_config.word_embed_proj_dim"),
      (#"{"text_config": {"do_layer_norm_before": false}}"#, "text_config.do_layer_norm_before"),
      (#"{"text_config": {"enable_bias": false}}"#, "text_config.enable_bias"),
      (#"{"text_config": {"num_attention_heads": 5}}"#, "text_config.num_attention_heads"),
      (#"{"vision_config": {"qkv_bias": false}}"#, "vision_config.qkv_bias"),
      (#"{"vision_config": {"hidden_size": 0}}"#, "vision_config.hidden_size"),
      (
        #"{"qformer_config": {"cross_attention_frequency": 0}}"#,
        "qformer_config.cross_attention_frequency"
      ),
      (#"{"qformer_config": {"num_attention_heads": 7}}"#, "qformer_config.num_attention_heads"),
      (
        #"{"qformer_config": {"position_embedding_type": "relative_key"}}"#,
        "qformer_config.position_embedding_type"
      ),
      (#"{"num_query_tokens": 0}"#, "num_query_tokens"),
      (#"{"image_token_index": "x"}"#, "image_token_index"),
    ])
  func refused(text: String, key: String) throws {
    let json = try parse(text)
    let error = #expect(throws: JSONFileError.self) { _ = try BLIP2Configuration(json) }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains(key) && !line.contains("\n"), "\(line)")
  }

  @Test("an InstructBLIP with another language model is refused with the supported one")
  func otherLanguage() throws {
    for text in ["{}", #"{"text_config": {"model_type": "t5"}}"#] {
      let json = try parse(text)
      let error = #expect(throws: JSONFileError.self) { _ = try InstructBLIPConfiguration(json) }
      let line = error.map { "\($0)" } ?? ""
      #expect(line.contains("text_config.model_type") && line.contains("llama"), "\(line)")
    }
  }
}

/// As `unsettle`, and all that enters a norm as large as trained numbers: right before one, numbers
/// near 0 make slopes too steep for differences.
private func spread(_ model: some Module) {
  unsettle(model)
  var random = SeededRandom(seed: 6)
  for (name, parameter) in model.namedParameters {
    let isEmbedding = ["embedding", "osition", "Token", "queries", "words", "projector"]
      .contains { name.contains($0) }
    if isEmbedding { parameter.values = parameter.values.map { _ in random.uniform(in: -1...1) } }
  }
}
