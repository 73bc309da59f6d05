import Simulators
import TestSupport

typealias BridgeScript = TestSupport.BridgeScript

extension BridgeScript {
  /// Whether there is a Python to run it.
  static let canRun = (try? Bridge()) != nil
}
