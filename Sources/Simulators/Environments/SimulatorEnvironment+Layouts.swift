import NanoVLA
import Tensors

/// Which layouts are evaluated and which are practiced: no seed is of both.
extension SimulatorEnvironment {
  /// Layouts from 1,000,000 on of every task, as many of each; a simulator that has its own initial
  /// states is evaluated on those.
  public func heldOutSeeds(_ count: Int) -> [UInt64] {
    let tasks = settings.name.tasks.count
    return (0..<tasks).flatMap { task in
      let share = count / tasks + (task < count % tasks ? 1 : 0)
      let first = facts.initialStates == nil ? Self.firstHeldOutLayout : 0
      return (0..<min(share, facts.initialStates ?? .max)).map { i in
        (first + UInt64(i)) * UInt64(tasks) + UInt64(task)
      }
    }
  }

  public func practiceSeed(using random: inout SeededRandom) -> UInt64 {
    let layout = Self.firstPracticeLayout + UInt64(random.integer(below: 1_000_000_000))
    let tasks = settings.name.tasks.count
    return layout * UInt64(tasks) + UInt64(random.integer(below: tasks))
  }

  /// Demonstrations begin with layouts below, practice with layouts from 2,000,000 on.
  public static let firstHeldOutLayout: UInt64 = 1_000_000
  static let firstPracticeLayout: UInt64 = 2_000_000
}
