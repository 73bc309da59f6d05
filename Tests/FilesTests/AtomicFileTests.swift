import Foundation
import TestSupport
import Testing

@testable import Files

/// The one writer of files.
@Suite struct AtomicFileTests {
  private let new = Data("new".utf8)

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("a file is created, and replaced with its permissions")
  func replaces() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "a")
      try new.writeAtomically(to: file)
      chmod(file.path, 0o640)
      try Data().writeAtomically(to: file)
      #expect(try Data(contentsOf: file).isEmpty)
      var status = stat()
      #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o640)
      let long = folder.appending(path: String(repeating: "n", count: 255))
      try new.writeAtomically(to: long)
      #expect(try names(folder) == ["a", long.lastPathComponent])
    }
  }

  @Test("symbolic links stay, and their target is written")
  func links() throws {
    try withTemporaryFolder { folder in
      let inner = folder.appending(path: "inner")
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
      try Data("old".utf8).write(to: inner.appending(path: "target"))
      for (link, to) in [("one", "two"), ("two", "inner/target"), ("dangling", "inner/none")] {
        symlink(to, folder.appending(path: link).path)
      }
      try new.writeAtomically(to: folder.appending(path: "one"))
      try new.writeAtomically(to: folder.appending(path: "dangling"))
      for name in ["target", "none"] {
        #expect(try Data(contentsOf: inner.appending(path: name)) == new)
      }
      for name in ["one", "two", "dangling"] {
        let path = folder.appending(path: name).path
        #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil)
      }
      symlink("loop", folder.appending(path: "loop").path)
      #expect(throws: FileWriteError.self) {
        try new.writeAtomically(to: folder.appending(path: "loop"))
      }
    }
  }

  @Test("pipes, devices and folders are refused before anything is written")
  func special() throws {
    try withTemporaryFolder { folder in
      let pipe = folder.appending(path: "pipe")
      #expect(mkfifo(pipe.path, 0o600) == 0)
      symlink("/dev/full", folder.appending(path: "device").path)
      symlink("pipe", folder.appending(path: "link").path)
      let before = try names(folder)
      for place in [folder, pipe, folder.appending(path: "device"), folder.appending(path: "link")]
      {
        let thrown = #expect(throws: FileWriteError.self) { try new.writeAtomically(to: place) }
        #expect(thrown?.description.hasPrefix("cannot write \(place.path): there is a ") == true)
        #expect(throws: try #require(thrown)) { try place.checkWritable() }
        #expect(throws: FileWriteError.self) { try place.removeReplaceableFile() }
      }
      #expect(throws: FileWriteError.self) {
        try pipe.replace(with: folder.appending(path: "link"))
      }
      #expect(try names(folder) == before)
      var status = stat()
      #expect(lstat(pipe.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
      let missing = folder.appending(path: "none/file")
      #expect(throws: FileWriteError.self) { try new.writeAtomically(to: missing) }
      #expect(throws: FileWriteError.self) { try missing.checkWritable() }
    }
  }

  @Test("what a killed write left is removed by the next one; what another is writing is not")
  func abandoned() throws {
    try withTemporaryFolder { folder in
      let left = folder.appending(path: ".nanovla-unfinished-1")
      try Data("half".utf8).write(to: left)
      let inside = folder.appending(path: ".nanovla-unfinished-2/strip.png")
      try FileManager.default.createDirectory(
        at: inside.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("half".utf8).write(to: inside)
      let held = folder.appending(path: ".nanovla-unfinished-3")
      let descriptor = open(held.path, O_CREAT | O_RDWR, 0o600)
      #expect(flock(descriptor, LOCK_EX) == 0)
      defer { close(descriptor) }
      try new.writeAtomically(to: folder.appending(path: "file"))
      #expect(try names(folder) == [held.lastPathComponent, "file"])
    }
  }

  @Test("a folder is locked once; the lock creates the folder and removes it if it stays empty")
  func locks() throws {
    try withTemporaryFolder { folder in
      let inner = folder.appending(path: "a/b")
      let lock = try FolderLock(inner)
      #expect(throws: FolderLockError.inUse(inner.relativePath)) { try FolderLock(inner) }
      let other = try FolderLock(folder.appending(path: "c"))
      lock.release()
      other.release()
      #expect(try names(folder).isEmpty)

      let again = try FolderLock(inner)
      try new.writeAtomically(to: inner.appending(path: "file"))
      again.release()
      #expect(try names(inner) == ["file"])
      try Data().write(to: inner.appending(path: ".nanovla-lock"))  // of a run that was killed
      try FolderLock(inner).release()
      #expect(try names(inner) == ["file"])
      let below = inner.appending(path: "file/c")
      #expect(throws: FolderLockError.cannotMake(below.relativePath)) { try FolderLock(below) }
    }
  }
}
