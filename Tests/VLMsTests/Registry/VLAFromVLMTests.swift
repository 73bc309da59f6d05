import Images
import NanoVLA
import Tabletop
import Tensors
import Testing
import VLMs

/// Every family at nano size, as a policy.
@Suite struct VLAFromVLMTests {
  private static let names = VLMRegistry().available
  private let episodes = [0, 1].compactMap { Demonstration.record(suite: .object, seed: $0) }

  @Test(
    "an action has the robot's dimensions, and depends on image and instruction", arguments: names)
  func depends(name: String) throws {
    let policy = try VLA.fromVLM(name, actionDim: 7, head: .l1)
    let (one, other) = (episodes[0].frames[0], episodes[1].frames[0])
    func action(_ image: RGBImage, _ instruction: String) throws -> RobotAction {
      try policy.predictAction(image, instruction: instruction)
    }
    let here = try action(one, "pick up the red cup")
    #expect(here.count == 7)
    #expect(try action(one, "pick up the red cup") == here)
    #expect(try action(other, "pick up the red cup") != here)
    #expect(try action(one, "push the block left") != here)
  }

  @Test("an instruction without a word is refused", arguments: names)
  func emptyInstruction(name: String) throws {
    let policy = try VLA.fromVLM(name, actionDim: 7, head: .l1)
    for instruction in ["", "  ", "\n\u{A0}"] {
      #expect(throws: InstructionError.empty) {
        try policy.predictAction(episodes[0].frames[0], instruction: instruction)
      }
    }
  }

  @Test("actions have any number of dimensions, each within its bounds", arguments: [1, 7, 12])
  func dimensions(count: Int) throws {
    let policy = try VLA.fromVLM("llava", actionDim: count)
    let action = try policy.predictAction(episodes[0].frames[0], instruction: "wave")
    #expect(action.count == count)
    #expect(action.values.allSatisfy { abs($0) <= 1 })
  }

  @Test("without a folder the description says that the weights are random")
  func random() throws {
    let policy = try VLA.fromVLM("llava")
    #expect(policy.isRandom)
    #expect(policy.description.contains("random weights"))
  }

  @Test("a head on a VLM is trained on demonstrations as on any backbone", arguments: names)
  func learns(name: String) throws {
    let policy = try VLA.fromVLM(name, head: .tokens(bins: 32))
    let statistics = try ActionStatistics.bundled()
    let student = try VLA(
      backbone: policy.backbone as! VLM, statistics: statistics, chunk: 1,
      usesProprioception: false, using: &Self.random)
    let examples = try CloningExamples([episodes[0]], for: student)
    let training = BehaviorCloning(student, on: examples, steps: 150, weightDecay: 0)
    let batch = Array(0..<examples.count)
    let first = training.loss(on: batch).item
    for _ in 0..<150 { training.step(on: batch) }
    #expect(abs(first / 3.4657 - 1) < 0.05)
    #expect(training.loss(on: batch).item < 0.5 * first)
  }
  nonisolated(unsafe) private static var random = SeededRandom(seed: 3)

  @Test("OpenVLA predicts actions by its own tokens, and learns other ones")
  func speaks() throws {
    let policy = try VLA.fromVLM("openvla")
    #expect(policy.head is AutoregressiveActionHead)
    let action = try policy.predictAction(episodes[0].frames[0], instruction: "wave")
    #expect(action.count == 7)
    policy.backbone.freeze(false)
    let expert = ActionChunks(
      of: [NormalizedAction([0.5, -0.5, 0, 0.9, -0.9, 0.1, 1])], chunk: 1)
    let observation = Observation(episodes[0].frames[0])
    let optimizer = AdamW(policy.parameters, weightDecay: 0)
    var random = SeededRandom(seed: 0)
    func loss() throws -> Tensor {
      let state = try policy.state(of: [[observation]], instructions: ["wave"])
      return policy.head.loss(state, expert, using: &random)
    }
    let first = try loss().item
    #expect(abs(first / policy.head.expectedInitialLoss(expert) - 1) < 0.2)
    for _ in 0..<60 {
      try loss().backward()
      optimizer.step(learningRate: 3e-3, maximumNorm: 1)
    }
    #expect(try loss().item < 0.5 * first)
    let learned = try policy.predictChunk([observation], instruction: "wave")[0]
    let wanted = policy.head.quantized(expert.actions).values
    #expect(learned.values == wanted)
  }

  @Test(
    "each fusion gives a state of the VLM's width that depends on the image",
    arguments: [FusionStrategy.crossAttention, .concat, .film, .gated])
  func fused(strategy: FusionStrategy) throws {
    var random = SeededRandom(seed: 1)
    let vlm = try VLMFamily.llava.nano(&random)
    let fused = FusedVLM(vlm, strategy, using: &random)
    let observations = episodes.map { Observation($0.frames[0]) }
    let state = try fused.state(
      of: observations, instructions: ["wave", "wave"], usesProprioception: false)
    #expect(state.shape == [2, fused.stateWidth(usesProprioception: false)])
    let width = state.dim(1)
    #expect(state.values.prefix(width) != state.values.suffix(width))
  }
}
