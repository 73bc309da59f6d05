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
    case .badConfiguration(let file, let reason): return "\(briefPath(file)): \(oneLine(reason))"
    case .wrongShape(let file, let name, let expected, let found):
      return "\(briefPath(file)): \(brief(name)) has shape \(found), this model needs \(expected)"
    case .notFinite(let file, let name):
      return "\(briefPath(file)): \(brief(name)) holds NaN or infinity"
    case .cannotDescribe(let reason):
      return "this policy cannot be written as a folder: \(oneLine(reason))"
    case .cannotWrite(let folder):
      return "\(briefPath(folder)): cannot make this folder; name another"
    }
  }
}
