import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct BehaviorCloningTests {
  private static let demonstrations = (0..<12).compactMap {
    Demonstration.record(suite: .object, seed: $0)
  }

  private func policy(chunk: Int = 2, usesProprioception: Bool = true) throws -> VLA {
    var random = SeededRandom(seed: 1)
    return try VLA(
      backbone: try .bundled(), statistics: try .bundled(), chunk: chunk,
      usesProprioception: usesProprioception, using: &random)
  }

  @Test("near the end a chunk repeats the last action, with weight 0")
  func chunks() throws {
    let (policy, K, A) = (try policy(chunk: 4), 4, 7)
    let demonstrations = Array(Self.demonstrations.prefix(3))
    let examples = try CloningExamples(demonstrations, for: policy)
    var example = 0
    for demonstration in demonstrations {
      let T = demonstration.actions.count
      let actions = try demonstration.actions.map {
        try policy.statistics.normalized(RobotAction($0)).values
      }
      for t in 0..<T {
        for k in 0..<K {
          let found = (0..<A).map { examples.expert.actions[example, k, $0] }
          #expect(found == actions[min(t + k, T - 1)])
          #expect(examples.expert.weights[example, k, 0] == (t + k < T ? 1 : 0))
        }
        example += 1
      }
    }
    #expect(examples.count == example)
    #expect(examples.states.dim(0) == example)
  }

  @Test("the first loss is ln 32 within 2 %")
  func firstLoss() throws {
    let policy = try policy()
    let examples = try CloningExamples(Self.demonstrations, for: policy)
    let training = BehaviorCloning(policy, on: examples, steps: 10)
    #expect(abs(training.loss(on: Array(0..<examples.count)).item / 3.4657 - 1) < 0.02)
  }

  @Test(
    "it learns one small batch by heart, and the backbone stays as it was", .timeLimit(.minutes(10))
  )
  func overfits() throws {
    let policy = try policy()
    let examples = try CloningExamples(Self.demonstrations, for: policy)
    let before = policy.backbone.parameters.map(\.values)
    let training = BehaviorCloning(policy, on: examples, steps: 600, weightDecay: 0)
    let batch = (0..<8).map { $0 * examples.count / 8 }
    for _ in 0..<600 { training.step(on: batch) }
    #expect(training.loss(on: batch).item < 0.1)
    #expect(policy.backbone.parameters.map(\.values) == before)
    #expect(policy.backbone.parameters.allSatisfy { $0.gradient == nil })
  }

  @Test("the same seed gives the same losses bit for bit, another seed others")
  func seeds() throws {
    func losses(seed: UInt64) throws -> [Float] {
      let policy = try policy()
      let examples = try CloningExamples(Self.demonstrations, for: policy)
      let training = BehaviorCloning(policy, on: examples, steps: 20, seed: seed)
      return (0..<20).map { _ in training.step() }
    }
    let first = try losses(seed: 4)
    #expect(try losses(seed: 4) == first)
    #expect(try losses(seed: 5) != first)
  }

  @Test("actions and proprioception that are no numbers are refused by their place")
  func notFinite() throws {
    let good = try #require(Self.demonstrations.first)
    func damaged(action: Float? = nil, reading: Float? = nil) -> Demonstration {
      var (actions, proprioception) = (good.actions, good.proprioception)
      if let action { actions[2][1] = action }
      if let reading { proprioception[2][3] = reading }
      return Demonstration(
        suite: good.suite, instruction: good.instruction, seed: good.seed, frames: good.frames,
        actions: actions, proprioception: proprioception)
    }
    func problem(_ demonstration: Demonstration) throws -> String {
      let policy = try policy()
      let error = #expect(throws: ActionError.self) {
        try CloningExamples([demonstration], for: policy)
      }
      return "\(error.map(\.description) ?? "")"
    }
    #expect(try problem(damaged(action: .nan)).hasPrefix("action: dimension 1 is nan"))
    #expect(try problem(damaged(action: .infinity)).hasPrefix("action: dimension 1 is inf"))
    #expect(try problem(damaged(reading: .nan)).hasPrefix("proprioception: dimension 3 is nan"))
  }

  @Test("an instruction that the backbone cannot read is refused")
  func unknownWord() throws {
    let good = try #require(Self.demonstrations.first)
    let strange = Demonstration(
      suite: good.suite, instruction: "juggle", seed: good.seed, frames: good.frames,
      actions: good.actions, proprioception: good.proprioception)
    let policy = try policy()
    #expect(throws: InstructionError.self) { try CloningExamples([strange], for: policy) }
  }

  @Test("without proprioception the head is told ten numbers less")
  func withoutProprioception() throws {
    let with = try CloningExamples(Self.demonstrations, for: policy())
    let without = try CloningExamples(
      Self.demonstrations, for: policy(usesProprioception: false))
    #expect(with.states.dim(1) == without.states.dim(1) + 10)
  }
}
