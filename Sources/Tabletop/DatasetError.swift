import Files

/// What is wrong with a dataset, and where. Each error prints as one line.
public enum DatasetError: Error, Equatable, CustomStringConvertible {
  /// The path of the JSON-lines file that is not there.
  case missing(String)
  /// The path of the JSON-lines file, and the limit that it exceeds.
  case tooLarge(String, String)
  /// The path of the JSON-lines file, the line (counted from 1) and what is wrong with it.
  case badLine(String, line: Int, String)
  /// The path that cannot be written.
  case cannotWrite(String)
  /// What is wrong with a request to record demonstrations.
  case badRequest(String)

  public var description: String {
    switch self {
    case .missing(let path):
      return "\(briefPath(path)): no such file; a dataset is a folder that contains it"
    case .tooLarge(let path, let reason): return "\(briefPath(path)): too large: \(oneLine(reason))"
    case .badLine(let path, let line, let reason):
      return "\(briefPath(path)):\(line): \(oneLine(reason))"
    case .cannotWrite(let path):
      return "cannot write \(briefPath(path)): a part of the path is a file, or permission is "
        + "denied"
    case .badRequest(let reason): return oneLine(reason)
    }
  }
}
