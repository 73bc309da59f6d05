import Files
import Foundation

/// A line of a file, for errors.
package struct LineLocation {
  package var path: String
  /// Counted from 1.
  package var line: Int

  package init(path: String, line: Int) { (self.path, self.line) = (path, line) }

  package func error(_ reason: String) -> DatasetError { .badLine(path, line: line, reason) }
}

/// One line of `demonstrations.jsonl` with checked values: a demonstration without its frames.
struct DemonstrationRecord {
  let strip: String
  let suite: Suite
  let instruction: String
  let seed: UInt64
  let actions: [[Float]]
  let proprioception: [[Float]]

  /// The line as decoded, before any check.
  private struct Line: Decodable {
    var strip: String
    var suite: String
    var instruction: String
    var seed: UInt64
    var actions: [[Float]]
    var proprioception: [[Float]]
  }

  init(_ text: Data, at location: LineLocation) throws {
    let line: Line
    do {
      line = try JSONFile.parse(Data(text), name: location.path).decoded()
    } catch let error as JSONFileError {
      throw location.error(error.explanation)
    }
    guard let suite = Suite(rawValue: line.suite) else {
      let known = Suite.allCases.map(\.rawValue).joined(separator: ", ")
      throw location.error("unknown suite \"\(brief(line.suite))\"; there are \(known)")
    }
    // A plain file name: a line must not read files outside its folder. Bytes are compared: "/" with
    // an accent is another character.
    let name = Array(line.strip.utf8)
    guard name.suffix(4).elementsEqual(".png".utf8), name.count <= 200,
      !name.contains(UInt8(ascii: "/")), !name.contains(0)
    else {
      throw location.error("strip \"\(brief(line.strip))\" is not the name of a .png file")
    }
    guard !line.instruction.isEmpty, line.instruction.utf8.count <= 1_000 else {
      throw location.error("an instruction has 1 to 1000 bytes, not \(line.instruction.utf8.count)")
    }
    let steps = line.actions.count
    guard (1...Limits.episodeSteps).contains(steps) else {
      throw location.error(
        "an episode has 1 to \(Limits.episodeSteps) actions, not \(steps)")
    }
    guard line.proprioception.count == steps else {
      throw location.error(
        "\(steps) actions, but \(line.proprioception.count) rows of proprioception")
    }
    try check(line.actions, "actions", width: 7, at: location)
    try check(line.proprioception, "proprioception", width: 4, at: location)

    (strip, self.suite, instruction) = (line.strip, suite, line.instruction)
    (seed, actions, proprioception) = (line.seed, line.actions, line.proprioception)
  }
}

/// Checks that every row has `width` finite numbers of a plausible size.
private func check(_ rows: [[Float]], _ name: String, width: Int, at location: LineLocation) throws
{
  for (step, row) in rows.enumerated() {
    guard row.count == width else {
      throw location.error("\(name)[\(step)] has \(row.count) numbers, not \(width)")
    }
    for value in row where !(abs(value) <= 1_000) {
      throw location.error("\(name)[\(step)] holds \(value), which is not within ±1000")
    }
  }
}

extension Demonstration {
  /// The line for this demonstration: the same text for the same numbers, on every machine.
  func jsonLine(strip: String) -> String {
    "{\"strip\":\(JSONWriter.quoted(strip)),\"suite\":\(JSONWriter.quoted(suite.rawValue)),"
      + "\"instruction\":\(JSONWriter.quoted(instruction)),\"seed\":\(seed),"
      + "\"actions\":\(text(actions)),\"proprioception\":\(text(proprioception))}"
  }

  private func text(_ rows: [[Float]]) -> String {
    let rows = rows.map { "[" + $0.map(text).joined(separator: ",") + "]" }
    return "[" + rows.joined(separator: ",") + "]"
  }

  /// The shortest decimal that reads back as this number's five-decimal rounding.
  private func text(_ value: Float) -> String {
    let value = value.toFiveDecimals
    return value == value.rounded() ? String(Int(value)) : "\(value)"
  }
}
