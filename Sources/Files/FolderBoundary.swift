import Foundation

/// The boundary of a folder that was downloaded: files in it may not be links to files outside.
///
/// Otherwise a checkpoint could name any file of its reader's machine as its configuration or its
/// weights. The cache of the Hugging Face hub is such a folder of links, from
/// `models--NAME/snapshots/REVISION` to `models--NAME/blobs`; these are inside.
///
/// Paths are compared byte by byte after the system has resolved all links: two strings of other bytes
/// may be equal characters.
package struct FolderBoundary {
  private let folder: URL
  private let roots: [[UInt8]]

  /// The boundary of `folder`, which may itself be reached through a link.
  package init(_ folder: URL) {
    self.folder = folder
    guard case .path(let path) = Self.resolved(folder) else {
      roots = []
      return
    }
    let parts = path.split(separator: UInt8(ascii: "/"))
    let snapshots = parts.dropLast().lastIndex { $0.elementsEqual("snapshots".utf8) }
    let blobs = snapshots.map { parts[..<$0].flatMap { [UInt8(ascii: "/")] + $0 } + "/blobs".utf8 }
    roots = [path] + (blobs.map { [$0] } ?? [])
  }

  /// Whether `file` is in the folder; also true if there is no such file.
  package func contains(_ file: URL) -> Bool {
    switch Self.resolved(file) {
    case .missing: true
    case .unknown: false
    case .path(let path):
      roots.contains { path == $0 || path.starts(with: $0 + [UInt8(ascii: "/")]) }
    }
  }

  /// Refuses a file outside.
  package func check(_ file: URL) throws(FileReadError) {
    guard contains(file) else { throw FileReadError(path: file.path, reason: .outside) }
  }

  /// The file or folder `name` of the folder.
  /// - Throws: `FileReadError` if it is outside, by a link or by its name.
  package func file(_ name: String) throws(FileReadError) -> URL {
    let file = folder.appending(path: name)
    let bytes = Array(name.utf8)
    let isPlain = !bytes.contains(UInt8(ascii: "/")) && !bytes.contains(0)
    guard isPlain, ![".", "..", ""].contains(name) else {
      throw FileReadError(path: file.path, reason: .outside)
    }
    try check(file)
    return file
  }

  /// Refuses to write to a file outside, or to one that a link without a target would create there.
  package func checkForWriting(_ file: URL) throws(FileReadError) {
    try check(file)
    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file.path)
    if target != nil, case .missing = Self.resolved(file) {
      throw FileReadError(path: file.path, reason: .outside)
    }
  }

  private enum Resolved {
    case path([UInt8])
    case missing
    /// A path that the system does not resolve, as with too many links.
    case unknown
  }

  private static func resolved(_ url: URL) -> Resolved {
    guard let path = realpath(url.path, nil) else {
      return [ENOENT, ENOTDIR, EACCES].contains(errno) ? .missing : .unknown
    }
    defer { free(path) }
    let bytes = UnsafeBufferPointer(start: path, count: strlen(path))
    return .path(bytes.map(UInt8.init(bitPattern:)))
  }
}
