import Files
import Foundation
import Images
import Runs
import Tabletop
import Testing

/// Three good episodes, of which the second is damaged in one way at a time.
@Suite final class DamagedDatasetTests {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("DamagedDatasetTests-\(UUID().uuidString)")
  let lines: [String]
  var file: URL { folder.appendingPathComponent("demonstrations.jsonl") }

  init() throws {
    try DemonstrationDataset.generate(suite: .object, count: 3).write(to: folder)
    let text = try String(
      contentsOf: folder.appendingPathComponent("demonstrations.jsonl"), encoding: .utf8)
    lines = text.split(separator: "\n").map(String.init)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The error that reading throws once line 2 is changed.
  func message(_ change: (String) -> String) throws -> String {
    let text = [lines[0], change(lines[1]), lines[2]].joined(separator: "\n")
    try Data(text.utf8).write(to: file)
    return reading()
  }

  func reading() -> String {
    do {
      _ = try DemonstrationDataset(contentsOf: folder)
      return "no error"
    } catch let error as DatasetError {
      return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
    } catch { return "another kind of error: \(error)" }
  }

  func replacing(_ old: String, _ new: String) -> (String) -> String {
    { $0.replacingOccurrences(of: old, with: new) }
  }

  @Test("A line that is too long is refused before it is decoded, and empty lines are skipped fast")
  func lineLengths() throws {
    let many = String(repeating: "[],", count: 400_000)
    let long = try message { _ in "{\"actions\":[\(many)[]]}" }
    #expect(long == "demonstrations.jsonl:2: 1200016 bytes; a line has at most 1048576")
    let blank = Data(repeating: 10, count: 32 << 20)
    try (blank + Data(lines.joined(separator: "\n\n\n").utf8)).write(to: file)
    let start = ContinuousClock.now
    #expect(try DemonstrationDataset(contentsOf: folder).demonstrations.count == 3)
    #expect(ContinuousClock.now - start < .seconds(20))
    try (blank + Data("{}".utf8)).write(to: file)
    #expect(reading().hasPrefix("demonstrations.jsonl:\(32 << 20 + 1): strip is missing"))
  }

  @Test(
    "A strip's name that leaves the folder is refused, whatever character its slash becomes",
    arguments: [
      "../x.png", "..\u{2F}\u{338}x.png", "/x.png", "x\\u0000.png", "x.pn\u{67}\u{301}",
    ])
  func outside(name: String) throws {
    let text = try message(replacing("episode-001.png", name))
    #expect(text.hasPrefix("demonstrations.jsonl:2: strip \""))
    #expect(text.contains("is not the name of"))
  }

  @Test("Malformed lines are reported with file and line")
  func text() throws {
    let place = "demonstrations.jsonl:2: "
    #expect(try message { $0 } == "no error")
    #expect(try message { String($0.dropLast(5)) }.hasPrefix(place + "not JSON: "))
    #expect(try message { _ in "[1, 2" }.hasPrefix(place + "not JSON: expected \",\" or \"]\""))
    let deep = try message { _ in String(repeating: "[", count: 100_000) }
    #expect(deep.hasPrefix(place + "nested deeper than 64 levels"))
    #expect(try message(replacing("\"seed\"", "\"sed\"")).hasPrefix(place + "seed is missing"))
    #expect(
      try message(replacing("\"seed\":1", "\"seed\":\"x\"")).hasPrefix(
        place + "seed is \"x\", not a whole number"))
    #expect(
      try message(replacing("\"object\"", "\"kitchen\"")) == place
        + "unknown suite \"kitchen\"; there are object, spatial, goal, long, obstacle, belt")
    #expect(
      try message(replacing("episode-001.png", "../episode-001.png")) == place
        + "strip \"../episode-001.png\" is not the name of a .png file")
    let empty = try message { line in
      let fields = line.components(separatedBy: "\"instruction\":")
      let rest = fields[1].drop { $0 != "," }
      return fields[0] + "\"instruction\":\"\"" + rest
    }
    #expect(empty == place + "an instruction has 1 to 1000 bytes, not 0")
  }

  @Test("Wrong numbers are reported with file, line and index")
  func numbers() throws {
    let place = "demonstrations.jsonl:2: "
    #expect(
      try message(replacing("\"actions\":[[", "\"actions\":[[1,")) == place
        + "actions[0] has 8 numbers, not 7")
    #expect(
      try message(replacing("\"proprioception\":[[", "\"proprioception\":[[1],[")).hasPrefix(place))
    #expect(
      try message(replacing("0,0,0,-1],[", "0,0,0,-1e20],[")).hasPrefix(place + "actions[0] holds"))
    let infinite = try message(replacing("0,0,0,-1],[", "0,0,0,1e99999],["))
    #expect(infinite.hasPrefix(place))
    #expect(try message(replacing("0,0,0,-1],[", "0,0,0,NaN],[")).contains("is nan, but must"))
  }

  @Test("Missing, damaged and mismatched strips are reported with the line that names them")
  func strips() throws {
    let strip = folder.appendingPathComponent("episode-001.png")
    let good = try RGBImage(png: strip)
    let place = "demonstrations.jsonl:2: strip episode-001.png: "

    try FileManager.default.removeItem(at: strip)
    #expect(reading() == place + "no such file")
    try Data().write(to: strip)
    #expect(reading() == place + "the file is empty (0 bytes)")
    try good.pngData().prefix(200).write(to: strip)
    #expect(reading() == place + "the PNG file ends early (truncated)")
    try good.cropped(x: 0, y: 0, width: good.width - 64, height: 64).writePNG(to: strip)
    #expect(
      reading() == place + "\(good.width - 64)×64 pixels are not \(good.width / 64) square frames, "
        + "one for each action")
    try good.resized(width: good.width / 2, height: 32).writePNG(to: strip)
    #expect(reading() == place + "frames of 32 pixels, earlier ones of 64")
  }

  @Test("A folder without the JSON-lines file, and an empty file, are reported")
  func files() throws {
    try Data().write(to: file)
    #expect(reading() == "demonstrations.jsonl:1: the file holds no demonstration")
    try FileManager.default.removeItem(at: file)
    #expect(reading().hasPrefix("demonstrations.jsonl: no such file"))
  }

  @Test("A changed byte anywhere in a line gives a dataset or a one-line error, never a crash")
  func flippedBytes() throws {
    let bytes = Array(lines[1].utf8)
    for index in stride(from: 0, to: bytes.count, by: 3) {
      var changed = bytes
      changed[index] ^= [1, 0x10, 0x80][index % 9 / 3]
      try Data(changed).write(to: file)
      let message = reading()
      let isClear = message == "no error" || message.hasPrefix("demonstrations.jsonl:")
      #expect(isClear && !message.contains("\n"))
    }
  }
}
