import Foundation

/// The right to write into a folder, which one process at a time has.
///
/// Two runs into one folder would overwrite each other's files, and leave those of both. The lock is
/// one of the system's on the file `.nanovla-lock` and ends with the process, even one that is killed;
/// the file that is left then locks nothing.
public final class FolderLock {
  private let file: String
  private let descriptor: Int32
  /// The folders that did not exist before, the innermost first.
  private let created: [String]

  /// Creates `folder` if it does not exist, and locks it.
  /// - Throws: ``FolderLockError``
  public init(_ folder: URL) throws(FolderLockError) {
    var missing: [String] = []
    var place = folder.absoluteURL
    while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
      missing.append(place.path)
      place.deleteLastPathComponent()
    }
    func undone(_ error: FolderLockError) -> FolderLockError {
      for folder in missing { rmdir(folder) }
      return error
    }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw undone(.cannotMake(folder.relativePath)) }
    file = folder.appending(path: ".nanovla-lock").path
    var mine = stat()
    var there = stat()
    while true {
      let descriptor = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        throw undone(.cannotWrite(folder.relativePath, String(cString: strerror(errno))))
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let why = errno
        close(descriptor)
        throw why == EWOULDBLOCK
          ? .inUse(folder.relativePath)
          : undone(.cannotWrite(folder.relativePath, String(cString: strerror(why))))
      }
      // The last owner may have removed the file after it was opened here.
      if fstat(descriptor, &mine) == 0, stat(file, &there) == 0, mine.st_ino == there.st_ino {
        (self.descriptor, created) = (descriptor, missing)
        return
      }
      close(descriptor)
    }
  }

  /// Ends the lock. Folders that it created are removed again if nothing was written into them.
  public func release() {
    unlink(file)
    for folder in created { rmdir(folder) }
    close(descriptor)
  }
}

/// Why a folder cannot be written into.
public enum FolderLockError: Error, Equatable, CustomStringConvertible {
  case inUse(String)
  case cannotMake(String)
  case cannotWrite(String, String)

  public var description: String {
    switch self {
    case .inUse(let folder):
      "\(folder) is in use by another run: wait until it ends, or name another folder"
    case .cannotMake(let folder): "\(folder): cannot make this folder; name another"
    case .cannotWrite(let folder, let reason):
      "\(folder): cannot be written into (\(reason.lowercased())); name another folder"
    }
  }
}
