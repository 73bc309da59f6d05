import Files
import Foundation
import Images
import Tabletop
import TestSupport
import Testing

@testable import Simulators

/// Three good episodes, of which the second is damaged in one way at a time.
@Suite struct DamagedRobotDatasetTests {
  /// The error that reading throws once line 2 has become `change` of it, without the folder.
  private func message(
    file name: String = "episodes.jsonl", _ change: (String) -> String
  ) throws -> String {
    try withTemporaryFolder { folder in
      try someDataset([3, 4, 2]).write(to: folder)
      let file = folder.appending(path: name)
      var lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
      if name == "episodes.jsonl" {
        lines[1] = change(lines[1])
      } else {
        lines = [change(lines.joined(separator: "\n"))]
      }
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      return reading(folder)
    }
  }

  private func reading(_ folder: URL) -> String {
    do {
      _ = try RobotDataset(contentsOf: folder)
      return "no error"
    } catch { return "\(error)".replacingOccurrences(of: folder.path + "/", with: "") }
  }

  @Test("Malformed lines are reported with file, line and what is wrong") func lines() throws {
    let place = "episodes.jsonl:2: "
    #expect(try message { $0 } == "no error")
    #expect(try message { String($0.dropLast(4)) }.hasPrefix(place + "not JSON: "))
    #expect(
      try message { $0.replacing("\"actions\":[[", with: "\"actions\":[[1,") } == place
        + "actions[0] has 4 numbers, not 3")
    #expect(
      try message { $0.replacing("\"actions\":[[", with: "\"actions\":[[1,2,3],[") } == place
        + "5 actions, but 4 rows of state")
    #expect(
      try message { $0.replacing("\"positions\"", with: "\"position\"") } == place
        + "no positions, but the dataset has 2 a step")
    #expect(
      try message { $0.replacing("episode-000001.png", with: "../a.png") } == place
        + "strip \"../a.png\" is not the name of a .png file")
    #expect(
      try message { $0.replacing("[\"episode-000001.png\"]", with: "[]") } == place
        + "0 strips, but 4 frames of 5×3 have 1")
    #expect(
      try message { $0.replacing("episode-000001.png", with: "episode-000009.png") }
        == place + "strip episode-000009.png: no such file")
    #expect(
      try message { $0.replacing("episode-000001.png", with: "episode-000000.png") }
        == place + "strip episode-000000.png: 15×3 pixels are not 4 frames of 5×3 in rows of 32")
    #expect(try message { _ in "" } == "no error")  // two episodes are left
  }

  @Test("A damaged dataset.json is reported with what is wrong") func header() throws {
    func header(_ old: String, _ new: String) throws -> String {
      try message(file: "dataset.json") {
        #expect($0.contains(old))
        return $0.replacing(old, with: new)
      }
    }
    #expect(try header("\"format\" : 1", "\"format\" : 2").contains("format 2 is not 1"))
    #expect(try header("\"width\" : 5", "\"width\" : 5000").contains("a side has 1 to 4096"))
    #expect(try header("\"delta\"", "\"gamma\"").hasPrefix("dataset.json: "))
    #expect(try header("12.5", "-1").contains("control rate"))
    #expect(try header("\"oneOpen\"", "\"ajar\"").hasPrefix("dataset.json: "))
    #expect(
      try header("\"width\" : 5", "\"width\" : 6").hasPrefix(
        "episodes.jsonl:1: strip episode-000000.png: 15×3 pixels are not 3 frames of 6×3"))
  }

  @Test("A link out of the folder, and an empty or missing text, are refused") func files() throws {
    try withTemporaryFolder { folder in
      #expect(reading(folder).hasPrefix("dataset.json: no such file"))
      try someDataset([3]).write(to: folder)
      let strip = folder.appending(path: "episode-000000.png")
      let outside = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).png")
      try FileManager.default.moveItem(at: strip, to: outside)
      defer { try? FileManager.default.removeItem(at: outside) }
      try FileManager.default.createSymbolicLink(at: strip, withDestinationURL: outside)
      #expect(reading(folder).contains("a link that leads out of its folder"))
      try Data().write(to: folder.appending(path: "episodes.jsonl"))
      #expect(reading(folder) == "episodes.jsonl:1: the file holds no episode")
    }
  }

  @Test("A changed byte anywhere in a line gives a dataset or one line, never a crash")
  func flippedBytes() throws {
    try withTemporaryFolder { folder in
      try someDataset([2]).write(to: folder)
      let file = folder.appending(path: "episodes.jsonl")
      let bytes = Array(try Data(contentsOf: file))
      for index in bytes.indices {
        var changed = bytes
        changed[index] ^= [1, 0x10, 0x80][index % 3]
        try Data(changed).write(to: file)
        let message = reading(folder)
        #expect(message == "no error" || message.hasPrefix("episodes.jsonl:"))
        #expect(!message.contains("\n"))
      }
    }
  }
}
