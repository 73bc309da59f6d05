import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// π0 against `transformers`, and as a policy.
@Suite struct PiZeroParityTests {
  private static func model(_ fixture: Fixture, packed: Bool = false) throws -> PiZero {
    let configuration = try PiZeroConfiguration(fixture.config())
    let model = build(packed: packed) { PiZero(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: PiZero.weights, packed: packed)
    #expect(unused == [])
    return model
  }

  /// N cameras, [N, H, W, 3].
  private static func images(_ fixture: Fixture) throws -> Tensor {
    let all = try fixture.tensor("pixel_values")  // [1, N, 3, H, W]
    return all.reshaped(Array(all.shape.dropFirst())).permuted([0, 2, 3, 1])
  }

  @Test(
    "every number of π0 is that of transformers, its actions too", arguments: Fixture.of("pi0"),
    [false, true])
  func numbers(fixture: Fixture, packed: Bool) throws {
    let model = try Self.model(fixture, packed: packed)
    let (state, noise) = (try fixture.tensor("state"), try fixture.tensor("noise"))
    let prompt = try model.prompt(fixture.table("input_ids"), images: Self.images(fixture))
    try fixture.expect("prefix_embeds", prompt)
    try fixture.expect("time_embed_0.75", model.expert.time(0.75).reshaped([1, -1]))
    let tokens = model.expert.tokens(noise, at: 1, state: state)
    try fixture.expect("embed_action_time", tokens)
    let prefix = model.prefix(of: prompt)
    try fixture.expect("dit", model.expert.hidden(tokens, after: prefix))
    try fixture.expect(
      "velocity_t1", model.expert.velocity(noise, at: 1, state: state, after: prefix))
    #expect(prefix.length == prompt.dim(1))
    try fixture.expect("actions", model.actions(after: prompt, state: state, noise: noise))
    print("parity: \(fixture.testDescription) ran")
  }

  @Test(
    "from the folder alone, pixels and ids are those of transformers", arguments: Fixture.of("pi0"))
  func inputs(fixture: Fixture) throws {
    let vlm = try VLM.read(fixture.folder)
    let pixels = try vlm.preprocessor([fixture.image()])
    #expect(pixels.values == Array(try Self.images(fixture).values.prefix(pixels.count)))
    #expect(vlm.notes == [] && vlm.unusedTensors == [])
    // One camera: the prompt is that of all without the others' placeholders and patches.
    let found = try vlm.prompt(
      fixture.image(), vlm.robotQuestion(fixture.question(of: "pi0")))  // → [1, T, D]
    let all = try fixture.tensor("prefix_embeds")
    let (P, T) = (try PiZeroConfiguration(fixture.config()).paligemma.vision.patchCount, all.dim(1))
    let cameras = try Self.images(fixture).dim(0)
    let expected = Tensor.concatenated(
      [all.sliced(axis: 1, 0..<P), all.sliced(axis: 1, cameras * P..<T)], axis: 1)
    #expect(difference(found, expected) == nil)
  }

  @Test("a folder is a policy whose chunk is that of the network", arguments: Fixture.of("pi0"))
  func acts(fixture: Fixture) throws {
    let policy = try VLA.fromVLM("pi0", modelPath: fixture.folder.path, actionDim: 5)
    let model = try Self.model(fixture)
    let sizes = model.configuration.expert
    #expect(policy.head.chunk == sizes.chunk && policy.head.dimensions == 5)
    let (image, question) = (try fixture.image(), try fixture.question(of: "pi0"))
    let vlm = try #require(policy.backbone as? VLM)
    let prompt = try withoutGradient { try vlm.prompt(image, question) }
    for proprioception in [nil, [0.1, -0.2, 0.3, 1]] as [[Float]?] {
      let policy = try VLA(
        backbone: vlm, space: policy.space, statistics: policy.statistics, head: policy.head,
        usesProprioception: proprioception != nil)
      let found = try policy.predictChunk(
        [Observation(image, proprioception: proprioception)], instruction: question)
      var random = SeededRandom(seed: 0)
      let noise = Tensor.normal([1, sizes.chunk, sizes.actionCount], scale: 1, using: &random)
      let robot = (proprioception ?? []) + .init(repeating: 0, count: sizes.stateCount)
      let state = Tensor(Array(robot.prefix(sizes.stateCount)), shape: [1, sizes.stateCount])
      let expected = model.actions(after: prompt, state: state, noise: noise)
      let values = expected.sliced(axis: 2, 0..<5).values
      #expect(maximumDifference(found.flatMap(\.values), values) < 1e-4)
    }
    let error = #expect(throws: PartError.self) {
      try VLA.fromVLM("pi0", modelPath: fixture.folder.path, actionDim: sizes.actionCount + 1)
    }
    #expect("\(error!)".contains("dimensions, the robot \(sizes.actionCount + 1)"))
  }

  @Test("at nano size it acts, and learns other actions by flow matching")
  func learns() throws {
    let policy = try VLA.fromVLM("pi0")
    #expect(policy.head is ActionExpertHead)
    let image = try #require(Demonstration.record(suite: .object, seed: 0)).frames[0]
    let action = try policy.predictAction(image, instruction: "wave")
    #expect(action.count == 7)
    policy.backbone.freeze(false)
    let steps = (0..<4).map { NormalizedAction([0.5, -0.5, 0, 0.9, -0.9, 0.1 * Float($0), 1]) }
    let expert = ActionChunks(of: steps, chunk: 4).rows(at: [0])
    let optimizer = AdamW(policy.parameters, weightDecay: 0)
    var random = SeededRandom(seed: 0)
    func loss() throws -> Tensor {
      let state = try policy.state(of: [[Observation(image)]], instructions: ["wave"])
      return policy.head.loss(state, expert, using: &random)
    }
    let losses = try (0..<200).map { _ in
      let loss = try loss()
      loss.backward()
      optimizer.step(learningRate: 3e-3, maximumNorm: 1)
      return loss.item
    }
    func mean(_ losses: ArraySlice<Float>) -> Float { losses.reduce(0, +) / Float(losses.count) }
    #expect(mean(losses.suffix(20)) < 0.5 * mean(losses.prefix(20)))
  }

  @Test("the expert's state token does not depend on the actions; the actions depend on all")
  func mask() {
    var random = SeededRandom(seed: 2)
    let model = PiZero(.init(), using: &random)
    unsettle(model)
    let prefix = model.prefix(of: uniform(1, 3, 16))
    func hidden(_ x: Tensor, _ state: Tensor) -> [[Float]] {
      let all = model.expert.hidden(model.expert.tokens(x, at: 0.5, state: state), after: prefix)
      return (0..<5).map { all.sliced(axis: 1, $0..<$0 + 1).values }
    }
    let (x, y) = (uniform(1, 4, 7), uniform(1, 4, 7))
    y.values[6] += 1  // of the first step
    let (here, moved) = (hidden(x, uniform(1, 8)), hidden(y, uniform(1, 8)))
    #expect(here[0] == moved[0])
    for row in 1..<5 { #expect(here[row] != moved[row]) }
    let other = hidden(x, uniform(1, 8, seed: 9))
    for row in 0..<5 { #expect(here[row] != other[row]) }
  }

  @Test(
    "a π0 whose parts do not fit is refused by the key",
    arguments: [
      ("dit_config.num_hidden_layers", "1"), ("dit_config.head_dim", "16"),
      ("dit_config.model_type", #""llama""#), ("dit_config.hidden_size", "-2"),
      ("vlm_config.model_type", #""llava""#), ("chunk_size", "0"), ("max_action_dim", "0"),
      ("dit_config.adarms_cond_dim", "16"), ("num_inference_steps", "0"), ("min_period", "0"),
    ])
  func refused(key: String, value: String) throws {
    let folder = try EditedFolder("pi0")
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed))
    #expect(folder.refusal().contains(key))
  }

  @Test("missing weights and weights without a place are refused by name")
  func damaged() throws {
    let folder = try EditedFolder("pi0")
    try folder.setWeights { $0["action_out_proj.bias"] = nil }
    #expect(folder.refusal().contains("action_out_proj.bias"))
    let other = try EditedFolder("pi0")
    try other.setWeights {
      $0["paligemma_with_expert.gemma_expert.model.layers.0.gate.weight"] = ([1], [1])
    }
    #expect(other.refusal().contains("gate.weight"))
  }
}
