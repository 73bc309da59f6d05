import Files

/// What can go wrong with the Python process behind a ``Bridge``, in one line with the remedy.
public enum BridgeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The program at a path cannot be started, and why.
  case noPython(String, String)
  /// A library is not installed in that Python; the text says how to install it.
  case missing(String)
  /// What was asked for does not exist; the text says what does.
  case refused(String)
  /// A library failed during an operation.
  case failed(operation: String, String)
  /// The process ended during an operation; the last line that it printed.
  case ended(operation: String, lastLine: String)
  /// The process gave no answer to an operation in time, and was stopped.
  case timedOut(operation: String, seconds: Double, lastLine: String)
  /// What came is no message of the bridge.
  case garbled(operation: String, String)

  public var description: String {
    switch self {
    case .noPython(let path, let reason):
      "cannot start Python at \(briefPath(path)): \(oneLine(reason)); name one with --python "
        + "VENV/bin/python"
    case .missing(let text): oneLine(text)
    case .refused(let text): oneLine(text)
    case .failed(let operation, let text):
      "Python failed in \"\(operation)\": \(oneLine(text))"
    case .ended(let operation, let lastLine):
      "the Python process ended during \"\(operation)\"" + said(lastLine)
    case .timedOut(let operation, let seconds, let lastLine):
      "Python gave no answer to \"\(operation)\" in \(Int(seconds)) s and was stopped"
        + said(lastLine)
    case .garbled(let operation, let reason):
      "Python's answer to \"\(operation)\" is no message of the bridge: \(oneLine(reason))"
    }
  }

  private func said(_ lastLine: String) -> String {
    lastLine.isEmpty ? "; it printed nothing" : "; it last printed: \(oneLine(lastLine))"
  }

  /// Whether the process is gone, so that only a new one can go on.
  var isFatal: Bool {
    switch self {
    case .ended, .timedOut, .garbled: true
    case .noPython, .missing, .refused, .failed: false
    }
  }
}
