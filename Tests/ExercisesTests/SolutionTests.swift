import Testing

@testable import Exercises
@testable import Solutions

/// The solutions of the masters, compiled with `SOLUTION`, against the oracles.
@Suite struct SolutionTests {
  @Test("every solution is right")
  func solutions() {
    #expect(LinearBackward.verdict(on: linearBackward).isRight)
    #expect(Patches.verdict(on: patches).isRight)
    #expect(PlainAttention.verdict(on: attention).isRight)
    #expect(CrossAttention.verdict(on: crossAttention).isRight)
    #expect(RobotUnits.verdict(on: robotAction).isRight)
    #expect(BinCrossEntropy.verdict(on: imitationLoss).isRight)
    #expect(EnsembleOfChunks.verdict(on: ensemble).isRight)
    #expect(FlowLoss.verdict(on: flowLoss).isRight)
    #expect(PooledState.verdict(on: state).isRight)
    #expect(MergedLoRA.verdict(on: merged).isRight)
    #expect(PolicyLoss.verdict(on: policyLoss).isRight)
    #expect(StoredNumbers.verdict(on: numbers).isRight)
    #expect(TrainingSteps.verdict(on: trainingStep).isRight)
    #expect(CosineCoefficients.verdict(on: coefficients).isRight)
  }

  /// Each known mistake of an oracle: wrong, and named by its own sentence.
  private func expectNames<Exercise: Oracle>(_ oracle: Exercise.Type) {
    #expect(Exercise.verdict { Exercise.answers(to: $0, making: []) }.isRight, "\(oracle)")
    for mistake in Exercise.Mistake.allCases {
      let verdict = Exercise.verdict { Exercise.answers(to: $0, making: [mistake]) }
      guard case .wrong(_, _, let named) = verdict else {
        Issue.record("\(oracle): \(mistake) passes")
        continue
      }
      #expect(named == [mistake.rawValue], "\(oracle): \(mistake)")
    }
  }

  @Test("every known mistake fails and is named by its own sentence")
  func mistakes() {
    expectNames(LinearBackward.self)
    expectNames(Patches.self)
    expectNames(PlainAttention.self)
    expectNames(CrossAttention.self)
    expectNames(RobotUnits.self)
    expectNames(BinCrossEntropy.self)
    expectNames(EnsembleOfChunks.self)
    expectNames(FlowLoss.self)
    expectNames(PooledState.self)
    expectNames(MergedLoRA.self)
    expectNames(PolicyLoss.self)
    expectNames(StoredNumbers.self)
    expectNames(TrainingSteps.self)
    expectNames(CosineCoefficients.self)
  }
}
