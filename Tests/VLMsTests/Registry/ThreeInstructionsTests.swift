import NanoVLA
import Runs
import Tabletop
import Tensors
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
  @Test("OpenVLA learns the actions of three instructions by its own tokens")
  func learns() throws {
    let policy = try VLA.fromVLM("openvla", seed: 1)
    let examples = try FrameExamples(ThreeInstructions.demonstrations, for: policy)
    var plan = TransferPlan(
      for: VLMCapabilities(parameterCount: 1), strategy: .directFineTuning)
    (plan.batchSize, plan.accumulation) = (8, 3)
    let training = try TransferLearning(
      policy.backbone, head: policy.head, plan: plan, examples: examples.count, steps: 60
    ) { examples.loss(of: policy, on: $0, using: &$1) }
    let first = training.step()
    let last = (1..<60).map { _ in training.step() }.suffix(5).reduce(0, +) / 5
    #expect(abs(first / policy.head.expectedInitialLoss(examples.expert) - 1) < 0.2)
    #expect(last < 0.5 * first, "\(first) → \(last)")
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
