import Foundation

/// The user's Python, which has the simulators and the readers of foreign datasets.
public struct PythonInterpreter: Sendable, Equatable {
  /// The program's path, or a name that is looked up in PATH.
  public let path: String

  /// The interpreter at `path`; without one, that of the environment variable `NANOVLA_PYTHON`, or
  /// else `python3`.
  public init(_ path: String? = nil) {
    let named = ProcessInfo.processInfo.environment["NANOVLA_PYTHON"].flatMap {
      $0.isEmpty ? nil : $0
    }
    self.path = path ?? named ?? "python3"
  }

  /// The file to run.
  /// - Throws: ``BridgeError/noPython(_:_:)`` if there is none.
  func executable() throws(BridgeError) -> URL {
    let search = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let folders = path.contains("/") ? [""] : search.split(separator: ":").map { "\($0)/" }
    for folder in folders where FileManager.default.isExecutableFile(atPath: folder + path) {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: folder + path, isDirectory: &isFolder)
      if !isFolder.boolValue { return URL(fileURLWithPath: folder + path) }
    }
    throw .noPython(path, "no such program")
  }
}
