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
    func refuseByNumber() -> FileReadError {
      switch errno {
      case ENOENT, ENOTDIR, ENAMETOOLONG: refuse(.missing)
      case ENXIO: refuse(.notAFile)  // a socket
      default: refuse(.unreadable(String(cString: strerror(errno))))
      }
    }
    // A pipe would block.
    let descriptor = open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw refuseByNumber() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw refuseByNumber() }
    guard status.st_mode & S_IFMT == S_IFREG else { throw refuse(.notAFile) }
    let size = Int(status.st_size)
    guard size <= limit else { throw refuse(.tooLarge(bytes: size, limit: limit)) }
    var (bytes, count) = (Data(count: size), 0)
    while count < size {
      let got = bytes.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress! + count, size - count)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw refuseByNumber() }
      if got == 0 { break }  // it became shorter meanwhile
      count += got
    }
    self = bytes.prefix(count)
  }
}
