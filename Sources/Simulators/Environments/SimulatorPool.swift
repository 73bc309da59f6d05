import Foundation

/// The simulators of an environment and its copies: an idle one is used again, for the same task.
///
/// Several threads may ask at once. At most ``SimulatorSettings/processes`` simulators run; an idle one
/// of another task makes room. Who asks for more at once than there may be gets it all the same: an
/// evaluation asks for no more than ``SimulatorEnvironment/concurrency``, and to wait for one that never
/// comes back would hang.
package final class SimulatorPool: @unchecked Sendable {
  let settings: SimulatorSettings
  /// Another file than `bridge.py`, for tests.
  let script: URL?
  private let lock = NSLock()
  private var idle: [Simulator] = []
  private var running = 0
  private var known: [String: SimulatorFacts] = [:]
  private var restarts = 0, starts = 0

  init(_ settings: SimulatorSettings, script: URL?) {
    (self.settings, self.script) = (settings, script)
  }

  /// How many processes were started in place of one that had ended.
  package var restartCount: Int { lock.withLock { restarts } }

  /// The words of a task whose simulator was made at least once.
  package func knownInstruction(of task: String) -> String? {
    lock.withLock { known[task]?.instruction }
  }

  /// How many processes were ever started.
  package var startCount: Int { lock.withLock { starts } }

  /// How many processes there are now, idle or not.
  package var processCount: Int { lock.withLock { running } }

  /// A simulator of `task`, idle until now or new.
  func take(_ task: String) throws -> Simulator {
    let found = lock.withLock { () -> Simulator? in
      running -= idle.count { !$0.isRunning }
      idle.removeAll { !$0.isRunning }
      if let index = idle.firstIndex(where: { $0.task == task }) { return idle.remove(at: index) }
      if running >= settings.processes, !idle.isEmpty {
        idle.removeFirst()
        running -= 1
      }
      running += 1
      starts += 1
      return nil
    }
    if let found { return found }
    do {
      let made = try Simulator(task, settings, script: script)
      lock.withLock { known[task] = made.facts }
      return made
    } catch {
      lock.withLock { running -= 1 }
      throw error
    }
  }

  /// A new simulator in place of one whose process has ended.
  func replacement(for ended: Simulator) throws -> Simulator {
    lock.withLock { restarts += 1 }
    give(ended)
    return try take(ended.task)
  }

  /// Takes a simulator back.
  func give(_ simulator: Simulator) {
    lock.withLock {
      if simulator.isRunning, running <= settings.processes {
        idle.append(simulator)
      } else {
        running -= 1
      }
    }
  }

  /// What the simulator of `task` tells about itself; it is made, if it never was.
  func facts(of task: String) throws -> SimulatorFacts {
    if let facts = lock.withLock({ known[task] }) { return facts }
    let simulator = try take(task)
    defer { give(simulator) }
    return simulator.facts
  }
}
