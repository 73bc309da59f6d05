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
  private let roots: [[UInt8]]

  /// The boundary of `folder`, which may itself be reached through a link.
  package init(_ folder: URL) {
    guard let path = Self.resolved(folder) else {
      roots = []
      return
    }
    var roots = [path]
    let parts = path.split(separator: UInt8(ascii: "/"))
    if parts.dropLast().last.map({ $0.elementsEqual("snapshots".utf8) }) == true {
      let model = parts.dropLast(2).flatMap { [UInt8(ascii: "/")] + $0 }
      roots.append(model + Array("/blobs".utf8))
    }
    self.roots = roots
  }

  /// Whether `file` is in the folder; also true if there is no such file.
  package func contains(_ file: URL) -> Bool {
    guard let path = Self.resolved(file) else { return true }
    return roots.contains { path == $0 || path.starts(with: $0 + [UInt8(ascii: "/")]) }
  }

  /// Refuses a file outside.
  package func check(_ file: URL) throws(FileReadError) {
    guard contains(file) else { throw FileReadError(path: file.path, reason: .outside) }
  }

  private static func resolved(_ url: URL) -> [UInt8]? {
    guard let path = realpath(url.path, nil) else { return nil }
    defer { free(path) }
    return Array(UnsafeBufferPointer(start: path, count: strlen(path))).map(UInt8.init(bitPattern:))
  }
}
