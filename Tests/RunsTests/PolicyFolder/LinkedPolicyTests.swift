import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import Testing

@testable import Runs

/// Policies, datasets and backbones from elsewhere read nothing outside their folders.
@Suite("Links out of the folders of runs") struct LinkedPolicyTests {
  private let files = FileManager.default

  /// Replaces each file of `folder` by a link to the same file outside, one after another.
  private func expectRefusals(
    _ folder: URL, in expected: Int, _ read: (URL) throws -> Void
  ) throws {
    defer { try? files.removeItem(at: folder) }
    try read(folder)
    let names = try files.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names.count == expected)
    let outside = files.temporaryDirectory.appending(path: "outside-\(UUID())")
    defer { try? files.removeItem(at: outside) }
    for name in names {
      let file = folder.appending(path: name)
      try files.moveItem(at: file, to: outside)
      try files.createSymbolicLink(at: file, withDestinationURL: outside)
      let error = #expect(throws: (any Error).self, "\(name)") { try read(folder) }
      let line = error.map { "\($0)" } ?? ""
      #expect(line.contains(name) && line.contains("out of its folder"), "\(line)")
      try files.removeItem(at: file)
      try files.moveItem(at: outside, to: file)
    }
  }

  private func newFolder() -> URL { files.temporaryDirectory.appending(path: "linked-\(UUID())") }

  @Test("a policy's three files") func policy() throws {
    let folder = newFolder()
    var random = SeededRandom(seed: 0)
    try VLA(backbone: .bundled(), statistics: .bundled(), using: &random).write(to: folder)
    try expectRefusals(folder, in: 3) { _ = try VLA(contentsOf: $0) }
  }

  @Test("a backbone's two files") func backbone() throws {
    let folder = newFolder()
    try ToyVLM.bundled().write(to: folder)
    try expectRefusals(folder, in: 2) { _ = try ToyVLM(contentsOf: $0) }
  }

  @Test("a dataset's list and its pictures") func dataset() throws {
    let folder = newFolder()
    try DemonstrationDataset(Array(DemonstrationDataset.bundled().demonstrations.prefix(2)))
      .write(to: folder)
    try expectRefusals(folder, in: 3) { _ = try DemonstrationDataset(contentsOf: $0) }
  }
}
