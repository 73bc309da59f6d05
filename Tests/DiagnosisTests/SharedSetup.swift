import Diagnosis
import NanoVLA
import Runs
import Tabletop

/// A policy of 50 demonstrations, trained once for all tests.
enum Shared {
  static let setup = Result { try Setup(Fault.gripperSign.recipe()) }
}
