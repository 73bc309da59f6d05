import Files
import Foundation
import NanoVLA
import Tabletop
import Testing
import VLMs

@Suite struct StatisticsFileTests {
  private let statistics = try! ActionStatistics(
    of: (0..<9).map { RobotAction(dx: Float($0) / 3, dy: -0, dz: -0.000001, gripper: 1) },
    in: .tabletop, proprioception: [[0.1, 0.2], [0.3, 0.5]], trajectories: 2)

  /// A file with `text`, there only while `body` runs.
  private func withFile<R>(_ text: String, _ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "dataset_statistics.json")
    try text.write(to: file, atomically: true, encoding: .utf8)
    return try body(file)
  }

  private func columns(q01: String = "[0, 0]", more: String = "") -> String {
    """
    {"mean": [0, 0], "std": [1, 1], "max": [2, 2], "min": [-2, -2], "q01": \(q01),
     "q99": [1.5, 1e0] \(more)}
    """
  }

  /// Reads `text` and returns the error's line.
  private func refusal(of text: String, key: String? = nil) throws -> String {
    var message = ""
    try withFile(text) { file in
      do {
        _ = try ActionStatistics.read(file, key: key)
      } catch let error as any Error & CustomStringConvertible {
        message = error.description
        #expect(message.contains(file.path))
        #expect(!message.contains("\n"))
      }
    }
    return message
  }

  @Test("what is written is read back, to five decimals or exactly")
  func roundTrip() throws {
    try withFile("") { file in
      try ActionStatistics.write(["a \"b\"/é": statistics], to: file, decimals: nil)
      let exact = try ActionStatistics.read(file)
      #expect(exact == statistics)
      try ActionStatistics.write(["toy": statistics], to: file)
      let read = try ActionStatistics.read(file, key: "toy")
      let errors = zip(read.action.q99, statistics.action.q99).map { abs($0 - $1) }
      #expect(errors.max()! <= 5.1e-6)
      #expect(read.mask == statistics.mask)
      #expect(read.proprio?.count == 2)
      #expect(read.transitions == 9)
      #expect(read.trajectories == 2)
      let files = try FileManager.default.contentsOfDirectory(
        atPath: file.deletingLastPathComponent().path)
      #expect(files == ["dataset_statistics.json"])
    }
  }

  @Test("the text is fixed: sorted keys, five decimals, no minus zero")
  func text() {
    let text = ActionStatistics.json(["toy": statistics])
    let expected = """
      {
        "toy": {
          "action": {
            "mask": [true, true, true, true, true, true, false],
            "max": [2.66667, 0.00000, 0.00000, 0.00000, 0.00000, 0.00000, 1.00000],
            "mean": [1.33333, 0.00000, 0.00000, 0.00000, 0.00000, 0.00000, 1.00000],
            "min": [0.00000, 0.00000, 0.00000, 0.00000, 0.00000, 0.00000, 1.00000],
            "q01": [0.02667, 0.00000, 0.00000, 0.00000, 0.00000, 0.00000, 1.00000],
            "q99": [2.64000, 0.00000, 0.00000, 0.00000, 0.00000, 0.00000, 1.00000],
            "std": [0.86066, 0.00000, 0.00000, 0.00000, 0.00000, 0.00000, 0.00000]
          },
          "num_trajectories": 2,
          "num_transitions": 9,
          "proprio": {
            "max": [0.30000, 0.50000],
            "mean": [0.20000, 0.35000],
            "min": [0.10000, 0.20000],
            "q01": [0.10200, 0.20300],
            "q99": [0.29800, 0.49700],
            "std": [0.10000, 0.15000]
          }
        }
      }

      """
    #expect(text == expected)
  }

  @Test("a file as OpenVLA writes it is read; without a mask every dimension is normalized")
  func openVLA() throws {
    let entry = "{\"action\": \(columns()), \"num_transitions\": 5, \"num_trajectories\": 1}"
    try withFile("{\"bridge\": \(entry)}") { file in
      let read = try ActionStatistics.read(file)
      #expect(read.mask == [true, true])
      #expect(read.action.q99 == [1.5, 1])
      #expect(read.proprio == nil)
    }
    let masked = "{\"action\": \(columns(more: ", \"mask\": [true, false]"))}"
    try withFile("{\"bridge\": \(masked)}") { file in
      let read = try ActionStatistics.read(file)
      #expect(read.mask == [true, false])
    }
  }

  @Test("several datasets and none named, or a wrong name, are answered with the list")
  func keys() throws {
    let entry = "{\"action\": \(columns())}"
    let lines = try refusal(of: "{\"a\\nb\": \(entry), \"c\": \(entry)}", key: "d\ne")
    #expect(lines.contains("\"de\""))
    let two = "{\"libero_goal\": \(entry), \"bridge_orig\": \(entry)}"
    let which = try refusal(of: two)
    #expect(which.contains("holds 2 datasets"))
    #expect(which.hasSuffix("bridge_orig, libero_goal"))
    let wrong = try refusal(of: two, key: "libero")
    #expect(wrong.contains("no dataset \"libero\""))
    #expect(wrong.hasSuffix("bridge_orig, libero_goal"))
    try withFile(two) { file in
      let (named, all) = (
        try ActionStatistics.read(file, key: "libero_goal"), try ActionStatistics.readAll(file)
      )
      #expect(named.count == 2)
      #expect(all.count == 2)
    }
  }

  @Test("numbers that cannot be are refused with the dataset and the field")
  func numbers() throws {
    let broken = try refusal(of: "{\"a\\nb\": {\"action\": \(columns(q01: "[0, 9]"))}}")
    #expect(broken.contains("ab.action: statistics: dimension 1"))
    let reversed = try refusal(of: "{\"toy\": {\"action\": \(columns(q01: "[0, 9]"))}}")
    #expect(reversed.contains("toy.action: statistics: dimension 1 has q01 9.0 above q99 1.0"))
    let short = try refusal(of: "{\"toy\": {\"action\": \(columns(q01: "[0]"))}}")
    #expect(short.contains("toy.action: statistics mean has 2 dimensions, 1 are expected"))
    let mask = columns(more: ", \"mask\": [true]")
    let shortMask = try refusal(of: "{\"toy\": {\"action\": \(mask)}}")
    #expect(shortMask.contains("toy: mask has 1 dimensions, 2 are expected"))
    let empty = try refusal(of: "{\"toy\": {\"action\": \(columns(q01: "[]"))}}")
    #expect(empty.contains("there are none"))
  }

  @Test(
    "what is no such file is refused in one line that names it",
    arguments: [
      ("", "not JSON"), ("{", "not JSON"), ("[]", "the whole file is an array of 0, not an object"),
      ("{}", "it contains no dataset"), ("{\"toy\": {}}", "toy.action is missing"),
      ("{\"toy\": {\"action\": {\"mean\": [NaN]}}}", "toy.action.mean[0] is nan"),
      ("{\"toy\": {\"action\": {\"mean\": [\"x\"]}}}", "toy.action.mean[0] is \"x\""),
      ("{\"toy\": {\"action\": {\"mean\": [1e999]}}}", "toy.action.mean[0] is inf"),
      ("{\"toy\": {\"action\": {\"mean\": [1e39]}}}", "toy.action.mean[0] is 1e+39"),
      (String(repeating: "[", count: 100_000), "nested deeper than 64 levels"),
      (String(repeating: "{\"a\":", count: 100_000), "nested deeper than 64 levels"),
    ])
  func bad(text: String, expected: String) throws {
    let message = try refusal(of: text)
    #expect(message.contains(expected))
  }

  @Test("a missing file, a folder and a device are refused before reading")
  func notAFile() {
    for path in ["/nowhere/dataset_statistics.json", "/tmp", "/dev/zero"] {
      let error = #expect(throws: JSONFileError.self) {
        try ActionStatistics.read(URL(filePath: path))
      }
      let text = "\(error!)"
      #expect(text.hasPrefix("\(path): "))
    }
  }

  @Test("an output path under a regular file is refused, and nothing is left behind")
  func unwritable() throws {
    try withFile("{}") { file in
      let under = file.appending(path: "statistics.json")
      let error = #expect(throws: FileWriteError.self) {
        try ActionStatistics.write(["toy": statistics], to: under)
      }
      let text = "\(error!)"
      #expect(text.hasPrefix("cannot write \(under.path)"))
      #expect(!text.contains("\n"))
      let untouched = try String(contentsOf: file, encoding: .utf8)
      #expect(untouched == "{}")
    }
  }

  @Test("statistics of another robot are refused with the file, the dataset and both counts")
  func otherRobot() throws {
    try withFile("{\"toy\": {\"action\": \(columns())}, \"b\": {\"action\": \(columns())}}") {
      file in
      let error = #expect(throws: ActionError.self) {
        try ActionStatistics.read(file, key: "toy", for: .tabletop)
      }
      let line = "\(error.map(\.description) ?? "")"
      for part in [file.path, "\"toy\"", "has 2 dimensions", "7 are expected"] {
        #expect(line.contains(part))
      }
      #expect(!line.contains("\n"))
      let fitting = try ActionStatistics.read(
        file, key: "toy", for: ActionSpace(dimensions: 2))
      #expect(fitting.count == 2)
    }
  }

  @Test(
    "an infinite or missing number anywhere among otherwise good ones is refused",
    arguments: [
      ("[0, NaN]", "toy.action.q01[1] is nan"), ("[0, Infinity]", "toy.action.q01[1] is inf"),
      ("[-Infinity, 0]", "toy.action.q01[0] is -inf"), ("[0, 1e999]", "toy.action.q01[1] is inf"),
      ("[0, 1e39]", "toy.action.q01[1] is 1e+39"),
      ("[0, null]", "toy.action.q01[1] is missing"),
    ])
  func notFinite(q01: String, expected: String) throws {
    let message = try refusal(of: "{\"toy\": {\"action\": \(columns(q01: q01))}}")
    #expect(message.contains(expected))
  }

  @Test("a mask of 1 and 0 is one of true and false; other numbers are refused by name")
  func numericMask() throws {
    func read(_ mask: String) throws -> ActionStatistics {
      let text = "{\"toy\": {\"action\": \(columns(more: ", \"mask\": \(mask)"))}}"
      return try withFile(text) { try ActionStatistics.read($0) }
    }
    #expect(try read("[1, 0]").mask == [true, false])
    #expect(try read("[0.0, true]").mask == [false, true])
    for mask in ["[1, 2]", "[1, -1]", "[1, \"yes\"]", "[1, 0.5]"] {
      let error = #expect(throws: JSONFileError.self) { _ = try read(mask) }
      #expect("\(error!)".contains("toy.action.mask[1] is "), "\(error!)")
    }
  }

  @Test(
    "proprioception of no dimensions counts as missing",
    arguments: ["{}", "null", "{\"q01\": [], \"std\": []}"])
  func noProprioception(proprio: String) throws {
    let text = "{\"toy\": {\"action\": \(columns()), \"proprio\": \(proprio)}}"
    let proprio = try withFile(text) { try ActionStatistics.read($0).proprio }
    #expect(proprio == nil)
  }
}
