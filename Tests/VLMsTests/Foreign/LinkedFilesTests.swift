import Files
import Foundation
import TestSupport
import Testing

@testable import VLMs

/// A downloaded folder may not make its reader open files outside of it.
@Suite("Links out of a model's folder") struct LinkedFilesTests {
  private let files = FileManager.default

  /// The files and folders of a fixture that are part of the published model.
  private func parts(_ folder: EditedFolder) throws -> [String] {
    try files.subpathsOfDirectory(atPath: folder.url.path).filter {
      let name = URL(filePath: $0).lastPathComponent
      return !name.hasSuffix(".png") && !name.hasPrefix("reference.")
    }.sorted()
  }

  @Test(
    "each file and each folder is refused if it is a link out of it, by its name",
    arguments: [
      "llava15", "llava15_gqa", "openvla", "instructblip_vicuna", "clip_gpt2", "vilt", "pi0",
      "smolvlm", "idefics_flamingo", "fastvlm",
    ])
  func everyFile(family: String) throws {
    let folder = try EditedFolder(family)
    _ = try VLM.read(folder.url)
    let outside = files.temporaryDirectory.appending(path: "outside-\(UUID())")
    defer { try? files.removeItem(at: outside) }
    for name in try parts(folder) {
      let file = folder.file(name)
      try files.moveItem(at: file, to: outside)
      try files.createSymbolicLink(at: file, withDestinationURL: outside)
      let line = folder.refusal()
      #expect(line.contains("out of its folder"), "\(name): \(line)")
      let summary = #expect(throws: (any Error).self) { try CheckpointSummary(folder: folder.url) }
      #expect(summary.map { "\($0)".contains("out of its folder") } == true, "\(name)")
      try files.removeItem(at: file)
      try files.moveItem(at: outside, to: file)
    }
    _ = try VLM.read(folder.url)
  }

  @Test("a folder of the hub's cache is read, whose files and subfolders' files are links to blobs")
  func cache() throws {
    for family in ["llava15_gqa", "instructblip_vicuna", "clip_gpt2"] {
      let folder = try EditedFolder(family)
      let model = files.temporaryDirectory.appending(path: "models--a--b-\(UUID())")
      defer { try? files.removeItem(at: model) }
      let (blobs, snapshot) = (
        model.appending(path: "blobs"), model.appending(path: "snapshots/0123abc")
      )
      try files.createDirectory(at: blobs, withIntermediateDirectories: true)
      for (number, name) in try parts(folder).enumerated() {
        var isFolder: ObjCBool = false
        _ = files.fileExists(atPath: folder.file(name).path, isDirectory: &isFolder)
        guard !isFolder.boolValue else { continue }
        let link = snapshot.appending(path: name)
        try files.createDirectory(
          at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
        try files.copyItem(at: folder.file(name), to: blobs.appending(path: "\(number)"))
        let up = String(repeating: "../", count: name.split(separator: "/").count + 1)
        try files.createSymbolicLink(
          atPath: link.path, withDestinationPath: up + "blobs/\(number)")
      }
      #expect(try VLM.read(snapshot).family == VLM.read(folder.url).family)
    }
  }
}
