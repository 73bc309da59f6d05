import Foundation

/// A file that could not be written, and why.
public struct FileWriteError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let reason: String

  public var description: String { "cannot write \(path): \(reason)" }

  init(_ path: String, _ reason: String) { (self.path, self.reason) = (path, reason) }

  /// What the system said last, about `path`.
  init(lastErrorOf path: String) {
    self.init(path, String(cString: strerror(errno)).lowercased())
  }
}

extension Data {
  /// Writes these bytes to `file` so that nobody ever sees half of them: first into a new file
  /// beside it, which then takes its place in one step. All files of this package are written here.
  ///
  /// A symbolic link is followed, and its target replaced. What exists and is not a regular file (a
  /// device, a pipe, a folder) is left alone: a new file would replace it.
  /// - Throws: ``FileWriteError``. The old file is then as it was.
  public func writeAtomically(to file: URL) throws(FileWriteError) {
    let target = try file.writableTarget()
    Unfinished.removeAbandoned(in: target.deletingLastPathComponent())
    let new = try UnfinishedFile(beside: target)
    do throws(FileWriteError) {
      try append(to: new.descriptor, of: file.path)
      guard fsync(new.descriptor) == 0 || errno == EINVAL else {
        throw FileWriteError(lastErrorOf: file.path)
      }
      try new.replace(target)
    } catch {
      new.remove()
      throw error
    }
  }

  /// Appends these bytes to `file`, which must exist.
  /// - Throws: ``FileWriteError``
  public func append(to file: URL) throws(FileWriteError) {
    let descriptor = open(file.path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileWriteError(lastErrorOf: file.path) }
    defer { close(descriptor) }
    try append(to: descriptor, of: file.path)
  }

  private func append(to descriptor: Int32, of path: String) throws(FileWriteError) {
    var rest = self[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw FileWriteError(lastErrorOf: path) }
      rest = rest.dropFirst(written)
    }
  }
}

extension URL {
  /// Checks, before work begins, that a file can be written here.
  /// - Throws: ``FileWriteError``
  public func checkWritable() throws(FileWriteError) {
    let folder = try writableTarget().deletingLastPathComponent().path
    guard access(folder, W_OK) == 0 else { throw FileWriteError(lastErrorOf: path) }
  }

  /// Removes the file that writing to this path would replace, if it exists.
  /// - Throws: ``FileWriteError`` for what is not a regular file.
  package func removeReplaceableFile() throws(FileWriteError) {
    let target = try writableTarget()
    guard unlink(target.path) == 0 || errno == ENOENT else {
      throw FileWriteError(lastErrorOf: path)
    }
  }

  /// Moves the finished file `new` to this path, as `Data.writeAtomically(to:)` would write it.
  package func replace(with new: URL) throws(FileWriteError) {
    let target = try writableTarget()
    guard rename(new.path, target.path) != 0 else { return }
    guard errno == EXDEV, let contents = try? Data(contentsOf: new) else {
      throw FileWriteError(lastErrorOf: path)
    }
    try contents.writeAtomically(to: target)  // a link to another disk
  }

  /// The file that writing to this path creates or replaces: the last target of symbolic links.
  fileprivate func writableTarget() throws(FileWriteError) -> URL {
    var target = self
    var links = 0
    var status = stat()
    while lstat(target.path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
      let next = try? FileManager.default.destinationOfSymbolicLink(atPath: target.path)
      links += 1
      guard let next, links <= 40 else {
        throw FileWriteError(path, "its symbolic links do not end")
      }
      target =
        next.hasPrefix("/")
        ? URL(filePath: next) : target.deletingLastPathComponent().appending(path: next)
    }
    guard stat(target.path, &status) == 0 else { return target }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return target
    case S_IFDIR: throw FileWriteError(path, "there is a folder of this name; name a file")
    default:
      throw FileWriteError(
        path, "there is a device or pipe of this name, not a regular file; name another")
    }
  }
}
