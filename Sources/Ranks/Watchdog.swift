import Foundation

/// Ends this process when the other ranks keep it waiting for too long.
///
/// `mpirun` notices a rank that ends, but not one that is stopped or whose cable is cut: the others
/// would wait for ever. When this process ends, `mpirun` ends the rest.
///
/// The limit is generous, since a rank may rightly wait while another records demonstrations. The
/// environment's `NANOVLA_RANK_TIMEOUT` sets it, in seconds.
final class Watchdog: @unchecked Sendable {
  static let variable = "NANOVLA_RANK_TIMEOUT"
  private let lock = NSLock()
  private var deadline: UInt64?  // of the monotonic clock, in nanoseconds

  /// The limit that the environment sets, or half an hour.
  static func limit() throws(OpenMPIError) -> Double {
    guard let text = ProcessInfo.processInfo.environment[variable] else { return 1800 }
    guard let seconds = Double(text), 1...1_000_000 ~= seconds else {
      throw .badLimit(String(text.prefix(40)))
    }
    return seconds
  }
  private let limit: Double

  /// - Parameter limit: the longest wait in seconds. Higher ranks wait a little longer, so that
  ///   one of them reports for all.
  init(rank: Int, limit: Double) {
    self.limit = limit + 0.5 * Double(rank)
    let thread = Thread { [weak self] in
      while let self {
        if isLate {
          let text =
            "Error: rank \(rank) has waited \(Int(limit)) s for the others: one of them is stopped or "
            + "cannot be reached; resume with --resume (\(Self.variable) sets the limit)\n"
          FileHandle.standardError.write(Data(text.utf8))
          _exit(EXIT_FAILURE)
        }
        Thread.sleep(forTimeInterval: 0.2)
      }
    }
    thread.start()
  }

  /// Runs a collective operation, and ends the process if it takes longer than the limit.
  func watching<Value>(_ operation: () -> Value) -> Value {
    set(DispatchTime.now().uptimeNanoseconds + UInt64(limit * 1e9))
    defer { set(nil) }
    return operation()
  }

  private func set(_ time: UInt64?) {
    lock.lock()
    deadline = time
    lock.unlock()
  }

  private var isLate: Bool {
    lock.lock()
    defer { lock.unlock() }
    return deadline.map { DispatchTime.now().uptimeNanoseconds > $0 } ?? false
  }
}
