import Foundation
import Testing

@testable import Files

/// Every way out of a folder that was downloaded.
@Suite("The boundary of a downloaded folder") struct FolderBoundaryTests {
  private let files = FileManager.default

  /// A folder "own" with a file "in", beside a file "out" and a folder "own-more".
  private func withFolder(_ body: (_ own: URL) throws -> Void) throws {
    let parent = files.temporaryDirectory.appending(path: "boundary-\(UUID())")
    defer { try? files.removeItem(at: parent) }
    for name in ["own/sub", "own-more"] {
      try files.createDirectory(
        at: parent.appending(path: name), withIntermediateDirectories: true)
    }
    for name in ["own/in", "own/sub/in", "own-more/out", "out"] {
      try Data("x".utf8).write(to: parent.appending(path: name))
    }
    try body(parent.appending(path: "own"))
  }

  private func link(_ place: URL, to target: String) throws {
    try? files.removeItem(at: place)
    try files.createSymbolicLink(atPath: place.path, withDestinationPath: target)
  }

  private func isRefused(_ name: String, in folder: URL) -> Bool {
    do { _ = try FolderBoundary(folder).file(name) } catch { return error.reason == .outside }
    return false
  }

  @Test("a link to a file outside is refused, however the way is spelled")
  func outside() throws {
    try withFolder { own in
      let out = own.deletingLastPathComponent().appending(path: "out").path
      for target in [
        "../out", "./../out", "sub/../../out", out, "../own-more/out", "../own-more/../out",
        "sub/../../own/../out", "//" + out, "/proc/self/root" + out, "/etc/passwd", "/dev/zero",
        "..",
        "/", "sub/../..", ".././//out",
      ] {
        try link(own.appending(path: "a"), to: target)
        #expect(isRefused("a", in: own), "\(target)")
      }
      for target in ["in", "sub/../in", "../own/in", "sub/in", "sub", own.path + "/in", "."] {
        try link(own.appending(path: "a"), to: target)
        #expect(!isRefused("a", in: own), "\(target)")
      }
    }
  }

  @Test("links of links, links of folders, and links that never end are refused")
  func chains() throws {
    try withFolder { own in
      try link(own.appending(path: "one"), to: "two")
      try link(own.appending(path: "two"), to: "sub/three")
      try link(own.appending(path: "sub/three"), to: "../../out")
      #expect(isRefused("one", in: own))
      try link(own.appending(path: "folder"), to: "..")
      let inner = own.appending(path: "folder/out")
      #expect(throws: FileReadError.self) { try FolderBoundary(own).check(inner) }
      #expect(
        !FolderBoundary(own).contains(inner)
          && !FolderBoundary(own).contains(own.appending(path: "folder/own-more/out")))
      try link(own.appending(path: "loop"), to: "loop")
      #expect(isRefused("loop", in: own))
    }
  }

  @Test("names that are paths, or end in a zero byte, are refused; dots and blanks are letters")
  func names() throws {
    try withFolder { own in
      for name in [
        "../out", "/etc/passwd", "sub/in", "sub/../../out", "..", ".", "", "in\0", "in\0/../../out",
        "./in", "..\u{2F}\u{338}out",
      ] { #expect(isRefused(name, in: own), "\(name.debugDescription)") }
      for name in [
        "in", "in.", "in ", "...", "..\\out", "%2e%2e%2fout", "~", "\u{FF0F}etc", "missing",
      ] {
        #expect(!isRefused(name, in: own), "\(name)")
        let file = try FolderBoundary(own).file(name)
        #expect(file.deletingLastPathComponent().path == own.path)
      }
    }
  }

  @Test("a folder that is reached through a link is itself, its neighbors stay outside")
  func reached() throws {
    try withFolder { own in
      let way = own.deletingLastPathComponent().appending(path: "way")
      try link(way, to: "own")
      #expect(!isRefused("in", in: way) && !isRefused("sub", in: way))
      try link(own.appending(path: "in"), to: "../out")
      #expect(isRefused("in", in: way))
    }
  }

  @Test(
    "the hub's cache is one folder: links lead from a snapshot, also of its subfolders, to its blobs"
  )
  func cache() throws {
    try withFolder { own in
      let snapshot = own.appending(path: "snapshots/main/part")
      let outside = own.appending(path: "other")
      for folder in [snapshot, own.appending(path: "blobs"), outside] {
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
      }
      for name in ["blobs/1", "other/1"] { try Data("x".utf8).write(to: own.appending(path: name)) }
      try link(snapshot.appending(path: "a"), to: "../../../blobs/1")
      #expect(!isRefused("a", in: snapshot))
      #expect(
        FolderBoundary(snapshot.deletingLastPathComponent()).contains(snapshot.appending(path: "a"))
      )
      try link(snapshot.appending(path: "a"), to: "../../../other/1")
      #expect(isRefused("a", in: snapshot))
      try link(snapshot.appending(path: "a"), to: "../../../blobs/1")
      try files.removeItem(at: own.appending(path: "blobs"))
      try link(own.appending(path: "blobs"), to: "other")
      #expect(isRefused("a", in: snapshot), "blobs that are a link themselves")
    }
  }

  @Test("a link without a target is a missing file to a reader, and refused to a writer")
  func dangling() throws {
    try withFolder { own in
      try link(own.appending(path: "a"), to: "../new")
      #expect(!isRefused("a", in: own))
      #expect(throws: FileReadError.self) {
        try FolderBoundary(own).checkForWriting(own.appending(path: "a"))
      }
      try FolderBoundary(own).checkForWriting(own.appending(path: "in"))
      try FolderBoundary(own).checkForWriting(own.appending(path: "new"))
    }
  }
}
