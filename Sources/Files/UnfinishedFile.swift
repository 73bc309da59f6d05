import Foundation

/// A new file that is being written, under a temporary name beside the file that it will replace.
///
/// The writer holds a lock on it, which ends with the process however it ends. So a file of such a
/// name without a lock was left behind by a write that was killed, and the next one removes it.
struct UnfinishedFile {
  let descriptor: Int32
  private let path: String
  /// Creates the file, with the permissions of `target` if that exists.
  init(beside target: URL) throws(FileWriteError) {
    path = target.deletingLastPathComponent().appending(path: Unfinished.newName()).path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileWriteError(lastErrorOf: target.path) }
    flock(descriptor, LOCK_EX | LOCK_NB)
    var status = stat()
    if stat(target.path, &status) == 0 { fchmod(descriptor, status.st_mode & 0o7777) }
  }

  /// Gives the file its final name, and closes it.
  func replace(_ target: URL) throws(FileWriteError) {
    guard rename(path, target.path) == 0 else { throw FileWriteError(lastErrorOf: target.path) }
    close(descriptor)
  }

  func remove() {
    unlink(path)
    close(descriptor)
  }
}

/// A folder of such a name, for several files that appear together.
package struct UnfinishedFolder {
  package let url: URL
  private let descriptor: Int32

  /// Creates the folder inside `folder`, and removes what killed writes have left there.
  package init(in folder: URL) throws(FileWriteError) {
    Unfinished.removeAbandoned(in: folder)
    url = folder.appending(path: Unfinished.newName())
    guard mkdir(url.path, 0o777) == 0 else { throw FileWriteError(lastErrorOf: folder.path) }
    descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileWriteError(lastErrorOf: folder.path) }
    flock(descriptor, LOCK_EX | LOCK_NB)
  }

  package func remove() {
    try? FileManager.default.removeItem(at: url)
    close(descriptor)
  }
}

enum Unfinished {
  private static let prefix = ".nanovla-unfinished-"
  private static let lock = NSLock()
  private nonisolated(unsafe) static var swept: Set<String> = []

  static func newName() -> String { prefix + UUID().uuidString }

  /// Removes what killed writes have left in `folder`; looks there once in a process.
  static func removeAbandoned(in folder: URL) {
    guard lock.withLock({ swept.insert(folder.path).inserted }) else { return }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(prefix) {
      let path = folder.appending(path: name).path
      let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        try? FileManager.default.removeItem(atPath: path)
      }
      close(descriptor)
    }
  }
}
