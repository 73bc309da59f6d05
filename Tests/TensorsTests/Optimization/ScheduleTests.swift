import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Learning rate schedule") struct ScheduleTests {
  @Test("It rises linearly, falls along half a cosine and stays at its floor") func shape() {
    let schedule = Schedule(peak: 2, warmup: 4, steps: 14, floor: 0.1)
    let found = [0, 1, 2, 3, 4, 9, 14, 1_000].map { schedule($0) }
    #expect(maximumError(found, [0.5, 1, 1.5, 2, 2, 1.1, 0.2, 0.2]) < 1e-6)
    let quarter = 2 * (0.1 + 0.9 * 0.5 * (1 + Foundation.cos(Double.pi * 0.2)))
    #expect(maximumError([schedule(6)], [quarter]) < 1e-6)
  }

  @Test("Without warmup it starts at its peak") func noWarmup() {
    #expect(Schedule(peak: 3e-4, steps: 10)(0) == 3e-4)
  }

  @Test("It stays finite for 0 steps, and for fewer steps than the warmup has") func short() {
    #expect(Schedule(peak: 1, steps: 0)(0) == 1)
    let found = (0..<8).map { Schedule(peak: 1, warmup: 5, steps: 3)($0) }
    #expect(found.allSatisfy { $0 >= 0 && $0 <= 1 })
  }
}
