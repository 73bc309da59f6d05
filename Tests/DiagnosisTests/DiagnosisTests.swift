import Diagnosis
import NanoVLA
import Runs
import Tabletop
import Tensors
import Testing
import VLMs

@Suite struct DiagnosisTests {
  private func report(_ setup: Setup) throws -> DiagnosisReport {
    var diagnosis = Diagnosis(
      setup.policy, on: setup.demonstrations, in: setup.environment,
      executionHorizon: setup.executionHorizon)
    diagnosis.episodes = 16
    return try diagnosis()
  }

  @Test("a healthy policy climbs the whole ladder") func healthy() throws {
    let report = try report(Shared.setup.get())
    #expect(report.verdict == .healthy, "\(report.lines)")
    #expect(report.rungs.count == 11 && report.rungs.allSatisfy(\.passed))
  }

  @Test(
    "a planted fault is named, at the first rung that fails",
    arguments: [
      Fault.gripperSign, .wrongKey, .noStatistics, .flippedImage, .pixelRange, .invertedMask,
      .causalMask, .noPositions, .fullStop, .offByOneToken, .stateOrder,
    ])
  func names(fault: Fault) throws {
    let report = try report(fault.planted(in: Shared.setup.get()))
    #expect(report.verdict == .fault && report.cause == fault.cause, "\(report.lines)")
    #expect(report.rungs.dropLast().allSatisfy(\.passed) && report.rungs.last?.passed == false)
    #expect(!report.evidence.isEmpty && !report.next.isEmpty)
  }

  @Test("damage in the demonstrations is told before the policy is blamed")
  func damagedData() throws {
    var setup = try Shared.setup.get()
    setup.demonstrations = setup.demonstrations.map { episode in
      episode.changed { $0.map { Array($0[..<6]) + [-$0[6]] } }
    }
    #expect(try report(setup).cause == .gripperSign)
    setup.demonstrations = try Shared.setup.get().demonstrations.map { episode in
      episode.changed { $0.map { [$0[1], $0[0]] + $0[2...] } }
    }
    #expect(try report(setup).cause == .actionOrder)
  }

  @Test("a policy without training is no healthy one") func untrained() throws {
    var setup = try Shared.setup.get()
    setup.policy = try setup.recipe.policy(on: .bundled(), for: setup.demonstrations)
    #expect(try report(setup).verdict == .fault)
  }

  @Test(
    "heads of several kinds are examined, and without training none is healthy",
    arguments: [ActionHeadKind.tokens(bins: 8), .l1, .flow, .fast])
  func heads(kind: ActionHeadKind) throws {
    var setup = try Shared.setup.get()
    (setup.recipe.head, setup.recipe.chunk, setup.executionHorizon) = (kind, 3, 2)
    setup.demonstrations = Array(setup.demonstrations.prefix(10))
    setup.policy = try setup.recipe.policy(on: .bundled(), for: setup.demonstrations)
    let report = try report(setup)
    #expect(report.verdict == .fault, "\(report.lines)")
    #expect(report.rungs.last?.name == "training frames give the training actions")
  }

  @Test("before the first update every ratio is 1, unless ln p is stale or of another temperature")
  func updates() throws {
    let setup = try Shared.setup.get()
    let head = try #require(setup.policy.head as? TokenHead)
    let groups = try GroupRollouts(in: setup.environment, groupSize: 2, temperature: 1.6)(
      setup.policy, head, seeds: [1 << 62, 1 << 62 + 1], draw: 3)
    #expect(UpdateDiagnosis(head, temperature: 1.6)(groups) == nil)
    #expect(UpdateDiagnosis(head, temperature: 1)(groups)?.cause == .missingTemperature)
    let other = try setup.recipe.policy(on: .bundled(), for: setup.demonstrations)
    let newer = try #require(other.head as? TokenHead)
    #expect(
      UpdateDiagnosis(newer, temperature: 1.6)(groups)?.cause == .staleLogProbabilities)
  }
}

extension Demonstration {
  /// The same episode with other actions.
  func changed(_ actions: ([[Float]]) -> [[Float]]) -> Demonstration {
    Demonstration(
      suite: suite, instruction: instruction, seed: seed, frames: frames,
      actions: actions(self.actions), proprioception: proprioception)
  }
}
