import Console
import Simulators

extension SimulatorEnvironment {
  /// Tells, on standard error, if processes had to be started again.
  func reportRestarts() {
    guard restartCount > 0 else { return }
    let count = restartCount == 1 ? "a process of" : "\(restartCount) processes of"
    Console.standardError(
      "Note: \(count) the simulator ended and were started again; each episode went on from the "
        + "very state it was in\n")
  }
}
