import Files
import Foundation
import NanoVLA
import Tabletop
import Testing
import VLMs

@Suite struct FASTFileTests {
  private func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "fast-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private let trained = try! FASTTokenizer(
    trainedOn: Array(
      repeating: [[1, 0], [0.5, 0], [0.25, -1]].map { NormalizedAction($0) }, count: 2))

  @Test("what is written is read back the same, and says the same")
  func roundTrip() throws {
    try inFolder { folder in
      let file = folder.appending(path: "fast.json")
      try trained.write(to: file)
      let back = try FASTTokenizer.read(file)
      #expect(back == trained)
      #expect(!back.pairs.isEmpty)
      let chunk = [[-1, 1], [0.5, 0.5], [0, 0]].map { NormalizedAction($0) }
      #expect(try back.encode(chunk) == trained.encode(chunk))
    }
  }

  @Test(
    "a file that cannot be used is refused in one line with its name",
    arguments: [
      "", "[]", "{}", "nonsense", "{\"steps\": 3}",
      #"{"dimensions": 2, "merges": [[1, 2, 3]], "scale": 10, "steps": 3}"#,
      #"{"dimensions": 2, "merges": [[]], "scale": 10, "steps": 3}"#,
      // The alphabet of 3 steps is 0 … 34, so that 35 is the merge itself.
      #"{"dimensions": 2, "merges": [[0, 35]], "scale": 10, "steps": 3}"#,
      #"{"dimensions": 2, "merges": [[-1, 0]], "scale": 10, "steps": 3}"#,
      #"{"dimensions": 2, "merges": [[0.5, 0]], "scale": 10, "steps": 3}"#,
      #"{"dimensions": 0, "merges": [], "scale": 10, "steps": 3}"#,
      #"{"dimensions": 9000000000000000000, "merges": [], "scale": 10, "steps": 3}"#,
      #"{"dimensions": 2, "merges": [], "scale": 10, "steps": 1000000000}"#,
      #"{"dimensions": 2, "merges": [], "scale": 10, "steps": -3}"#,
      #"{"dimensions": 2, "merges": [], "scale": 1e300, "steps": 3}"#,
      #"{"dimensions": 2, "merges": [], "scale": 1e999, "steps": 3}"#,
      #"{"dimensions": 2, "merges": [], "scale": 0, "steps": 3}"#,
      // Doubling again and again: the third would spell 8 symbols, a chunk has 6.
      #"{"dimensions": 2, "merges": [[0, 0], [35, 35], [36, 36]], "scale": 10, "steps": 3}"#,
    ])
  func damaged(text: String) throws {
    try inFolder { folder in
      let file = folder.appending(path: "fast.json")
      try Data(text.utf8).write(to: file)
      do {
        _ = try FASTTokenizer.read(file)
        Issue.record("read \(text)")
      } catch {
        let line = "\(error)"
        #expect(line.hasPrefix(file.path))
        #expect(!line.contains { $0.isNewline })
      }
    }
  }

  @Test("no file, a folder and a device are unreadable, a folder that is not there unwritable")
  func places() throws {
    try inFolder { folder in
      for place in [folder, folder.appending(path: "none"), URL(filePath: "/dev/zero")] {
        #expect(throws: JSONFileError.self) { try FASTTokenizer.read(place) }
      }
      let nowhere = folder.appending(path: "none/fast.json")
      #expect(throws: FileWriteError.self) { try trained.write(to: nowhere) }
    }
  }
}
