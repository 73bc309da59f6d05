/// What can be wrong with a checkpoint's folder.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  case badConfiguration(String, String)
  case wrongShape(String, String, expected: [Int], found: [Int])
  case notFinite(String, String)
  case cannotWrite(String)
  /// A policy of which no folder can tell how to build it again, and why.
  case cannotDescribe(String)

  public var description: String {
    switch self {
    case .badConfiguration(let file, let reason): return "\(file): \(reason)"
    case .wrongShape(let file, let name, let expected, let found):
      return "\(file): \(name) has shape \(found), this model needs \(expected)"
    case .notFinite(let file, let name): return "\(file): \(name) holds NaN or infinity"
    case .cannotDescribe(let reason): return "this policy cannot be written as a folder: \(reason)"
    case .cannotWrite(let folder): return "\(folder): cannot make this folder; name another"
    }
  }
}
