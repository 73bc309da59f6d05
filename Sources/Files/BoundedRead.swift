import Foundation

/// A file that cannot be read, and why.
public struct FileReadError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: Error, Equatable, Sendable, CustomStringConvertible {
    case missing
    case notAFile
    /// A link that leads out of its folder.
    case outside
    case tooLarge(bytes: Int, limit: Int)
    case unreadable(String)

    public var description: String {
      switch self {
      case .missing: "no such file"
      case .notAFile: "not a regular file"
      case .outside: "a link that leads out of its folder; copy the file there"
      case .tooLarge(let bytes, let limit): "\(bytes) bytes; at most \(limit) are read"
      case .unreadable(let why): why
      }
    }
  }

  public let path: String
  public let reason: Reason

  public var description: String { "\(briefPath(path)): \(reason)" }
}

extension Data {
  /// The bytes of `file`, a regular file of at most `limit` bytes.
  ///
  /// The size is checked before anything is read: a pipe or device has no end, and a huge file would
  /// fill the memory.
  public init(regularFile file: URL, limit: Int) throws(FileReadError) {
    func refuse(_ reason: FileReadError.Reason) -> FileReadError {
      FileReadError(path: file.path, reason: reason)
    }
    let target = file.resolvingSymlinksInPath()
    guard FileManager.default.fileExists(atPath: target.path) else { throw refuse(.missing) }
    let facts = try? target.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
    guard facts?.isRegularFile == true, let size = facts?.fileSize else { throw refuse(.notAFile) }
    guard size <= limit else { throw refuse(.tooLarge(bytes: size, limit: limit)) }
    do { self = try Data(contentsOf: target) } catch { throw refuse(.unreadable(oneLine(error))) }
  }
}
