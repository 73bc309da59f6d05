import NanoVLA
import Runs
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// Demonstrations of three instructions, whose prompts differ in length.
enum ThreeInstructions {
  /// The first 8 steps of three demonstrations, whose instructions differ in length.
  static let demonstrations: [Demonstration] = {
    var found: [Int: Demonstration] = [:]
    for seed in 0..<20 {
      guard let one = Demonstration.record(suite: .object, seed: UInt64(seed)) else { continue }
      if found[one.instruction.count] == nil, found.count < 3 { found[one.instruction.count] = one }
    }
    return found.sorted { $0.key < $1.key }.map { _, one in
      Demonstration(
        suite: one.suite, instruction: one.instruction, seed: one.seed,
        frames: Array(one.frames.prefix(8)), actions: Array(one.actions.prefix(8)),
        proprioception: Array(one.proprioception.prefix(8)))
    }
  }()
}

/// OpenVLA learns and acts where instructions differ in length.
@Suite struct ThreeInstructionsTests {
  @Test(
    "OpenVLA learns the actions of three instructions by its own tokens",
    arguments: [TransferStrategy.directFineTuning, .lora, .progressiveUnfreezing])
  func learns(strategy: TransferStrategy) throws {
    let policy = try VLA.fromVLM("openvla", seed: 1)
    let examples = try FrameExamples(ThreeInstructions.demonstrations, for: policy)
    var plan = TransferPlan(
      strategy: strategy, headRate: 3e-3, backboneRate: 1e-2, headFirst: 0.3, accumulation: 3)
    plan.batchSize = 8
    let training = try TransferLearning(
      policy.backbone, head: policy.head, plan: plan, examples: examples.count, steps: 80
    ) { examples.loss(of: policy, on: $0, using: &$1) }
    let first = training.step()
    let last = (1..<80).map { _ in training.step() }.suffix(5).reduce(0, +) / 5
    #expect(abs(first / policy.head.expectedInitialLoss(examples.expert) - 1) < 0.2)
    #expect(last < 0.6 * first, "\(first) → \(last)")
  }

  @Test("a published OpenVLA clones two instructions", arguments: Fixture.of("openvla"))
  func published(fixture: Fixture) throws {
    let policy = try VLA.fromVLM(
      "openvla", modelPath: fixture.folder.path, unnormKey: "bridge_orig")
    let two = Array(ThreeInstructions.demonstrations.prefix(2))
    let examples = try CloningExamples(two, for: policy)
    let mixed = BehaviorCloning(policy, on: examples, steps: 1).loss(on: [0, 8, 9]).item
    let alone = try [(0, [0]), (1, [0, 1])].flatMap { index, rows in
      let one = BehaviorCloning(
        policy, on: try CloningExamples([two[index]], for: policy), steps: 1)
      return rows.map { one.loss(on: [$0]).item }
    }
    #expect(abs(mixed - alone.reduce(0, +) / 3) < 1e-5)
  }

  @Test("a plan by which nothing would learn is refused before the backbone changes")
  func trainsNothing() throws {
    let policy = try VLA.fromVLM("openvla")
    let plan = TransferPlan(strategy: .freezeBackbone, headRate: 1e-3, backboneRate: 0)
    let error = #expect(throws: TransferError.trainsNothing) {
      try TransferLearning(policy.backbone, head: policy.head, plan: plan, examples: 1, steps: 1) {
        _, _ in Tensor([0], shape: [1])
      }
    }
    #expect(error.map { "\($0)" }?.contains("use lora or direct") == true)
  }

  @Test("in a closed loop each episode is the one that it is alone")
  func closedLoop() throws {
    let speaker = try VLA.fromVLM("openvla")
    let policy = try VLA(
      backbone: speaker.backbone as! VLM, space: .tabletop, statistics: .bundled(),
      head: speaker.head, usesProprioception: false)
    let loop = ClosedLoop(in: TabletopEnvironment(), executionHorizon: 1, keepsRecord: true)
    let together = try loop(policy, seeds: 0..<4)
    #expect(Set(together.map(\.instruction.count)).count > 1)
    for (episode, seed) in zip(together, 0..<4) {
      #expect(try loop(policy, seeds: [UInt64(seed)])[0].actions == episode.actions)
    }
  }
}
