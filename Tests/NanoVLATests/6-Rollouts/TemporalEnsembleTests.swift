import Foundation
import NanoVLA
import Tabletop
import Testing

@Suite struct TemporalEnsembleTests {
  @Test("the oldest of a hundred opinions weighs 2.69 times the newest, and all weigh 1 together")
  func golden() {
    let weights = TemporalEnsemble.weights(count: 100)
    #expect(abs(weights[0] / weights[99] - 2.69) < 0.002)
    #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
    #expect(TemporalEnsemble.weights(count: 1) == [1])
  }

  @Test("every step is the weighted mean of all chunks that reach it")
  func overlap() {
    // The chunk asked for at step t says 100·t + (the step it speaks of) in its first dimension.
    let chunk = 4, m = 0.5
    var ensemble = TemporalEnsemble(m: m)
    for now in 0..<12 {
      let said = (0..<chunk).map { NormalizedAction([Float(100 * now + now + $0), Float($0)]) }
      let action = ensemble(said)
      var (sum, ages, total) = (0.0, 0.0, 0.0)
      for (i, asked) in (max(0, now - chunk + 1)...now).enumerated() {
        let weight = exp(-m * Double(i))
        sum += weight * Double(100 * asked + now)
        ages += weight * Double(now - asked)
        total += weight
      }
      #expect(abs(Double(action.values[0]) - sum / total) < 1e-3)
      #expect(abs(Double(action.values[1]) - ages / total) < 1e-5)
    }
  }

  @Test("opinions that agree are kept, a chunk of one is followed, and a reset forgets")
  func simple() {
    var ensemble = TemporalEnsemble()
    let same = Array(repeating: NormalizedAction([0.25, -1]), count: 3)
    for _ in 0..<5 {
      let action = ensemble(same)
      #expect(abs(action.values[0] - 0.25) < 1e-6)
      #expect(abs(action.values[1] + 1) < 1e-6)
    }
    ensemble.reset()
    #expect(ensemble([NormalizedAction([9, 9])]).values == [9, 9])
    #expect(ensemble([NormalizedAction([3, 4])]).values == [3, 4])
  }

  @Test("chunks of unequal dimensions stop with both shapes")
  func unequal() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      var ensemble = TemporalEnsemble()
      _ = ensemble([NormalizedAction([1, 2]), NormalizedAction([1, 2])])
      _ = ensemble([NormalizedAction([1, 2, 3])])
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[2] and [3]"))
  }
}
