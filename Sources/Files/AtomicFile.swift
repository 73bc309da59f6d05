import Foundation

/// A file that could not be written, and why.
public struct FileWriteError: Error, CustomStringConvertible {
  public let path: String
  public let reason: String

  public var description: String { "cannot write \(path): \(reason)" }
}

extension Data {
  /// Writes these bytes to `file` so that nobody ever sees half of them: first into a new file
  /// beside it, which then takes its place in one step.
  public func writeAtomically(to file: URL) throws {
    let temporary = file.deletingLastPathComponent()
      .appendingPathComponent(".\(file.lastPathComponent).\(UUID().uuidString)")
    guard let stream = fopen(temporary.path, "wb") else { throw writeError(file) }
    let written = withUnsafeBytes { bytes in
      bytes.isEmpty ? 0 : fwrite(bytes.baseAddress!, 1, bytes.count, stream)
    }
    let isWhole = written == count && fflush(stream) == 0
    let error = writeError(file)
    guard fclose(stream) == 0, isWhole else {
      unlink(temporary.path)
      throw error
    }
    guard rename(temporary.path, file.path) == 0 else {
      let error = writeError(file)
      unlink(temporary.path)
      throw error
    }
  }

  /// What the system said last, about `file`.
  private func writeError(_ file: URL) -> FileWriteError {
    FileWriteError(path: file.path, reason: String(cString: strerror(errno)).lowercased())
  }
}
