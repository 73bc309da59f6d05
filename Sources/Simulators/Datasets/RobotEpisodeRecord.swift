import Files
import Foundation
import Tabletop

/// One line of episodes.jsonl with checked values: an episode without its frames.
struct RobotEpisodeRecord {
  let task: String
  let instruction: String
  let seed: UInt64?
  /// The files of its frames, in the order of time.
  let strips: [String]
  let actions: [[Float]]
  let state: [[Float]]
  let positions: [[Float]]

  /// The line as decoded, before any check.
  private struct Line: Decodable {
    var task: String
    var instruction: String
    var seed: UInt64?
    var strips: [String]
    var actions: [[Float]]
    var state: [[Float]]?
    var positions: [[Float]]?
  }

  /// - Throws: `DatasetError.badLine` for what is malformed or does not fit `header`.
  init(_ text: Data, at location: LineLocation, of header: RobotDatasetHeader) throws {
    let line: Line
    do {
      line = try JSONFile.parse(text, name: location.path).decoded()
    } catch let error as JSONFileError {
      throw location.error(error.explanation)
    }
    for (name, value) in [("task", line.task), ("instruction", line.instruction)] {
      guard 1...1_000 ~= value.utf8.count else {
        throw location.error("\(name) has \(value.utf8.count) bytes; 1 to 1000 are read")
      }
    }
    let steps = line.actions.count
    guard 1...Limits.robotEpisodeSteps ~= steps else {
      throw location.error(
        "an episode has 1 to \(Limits.robotEpisodeSteps) actions, not \(steps)")
    }
    (task, instruction, seed, strips) = (line.task, line.instruction, line.seed, line.strips)
    actions = line.actions
    state = line.state ?? Array(repeating: [], count: steps)
    positions = line.positions ?? []
    guard header.positionCount == 0 || !positions.isEmpty else {
      throw location.error("no positions, but the dataset has \(header.positionCount) a step")
    }
    for (name, rows, width) in [
      ("actions", actions, header.space.count), ("state", state, header.stateNames.count),
      ("positions", positions, header.positionCount),
    ] {
      if let fault = Self.fault(rows, name, count: steps, width: width) {
        throw location.error(fault)
      }
    }
    guard let size = header.imageSize else { throw location.error("dataset.json has no imageSize") }
    let wanted = FilmStrips.counts(of: steps, size).count
    guard strips.count == wanted else {
      throw location.error("\(strips.count) strips, but \(steps) frames of \(size) have \(wanted)")
    }
    for name in strips where !FilmStrips.isName(name) {
      throw location.error("strip \"\(brief(name))\" is not the name of a .png file")
    }
  }

  /// Why `rows` are not `count` rows of `width` finite numbers; no rows of positions are allowed.
  static func fault(_ rows: [[Float]], _ name: String, count: Int, width: Int) -> String? {
    guard rows.count == count || name == "positions" && rows.isEmpty else {
      return "\(count) actions, but \(rows.count) rows of \(name)"
    }
    for (step, row) in rows.enumerated() {
      guard row.count == width else {
        return "\(name)[\(step)] has \(row.count) numbers, not \(width)"
      }
      if let bad = row.first(where: { !$0.isFinite }) {
        return "\(name)[\(step)] holds \(bad); every number must be finite"
      }
    }
    return nil
  }
}

extension RobotEpisode {
  /// The line for this episode: the same text for the same numbers, on every machine.
  func jsonLine(strips: [String]) -> String {
    var fields = [
      ("task", JSONWriter.quoted(task)), ("instruction", JSONWriter.quoted(instruction)),
    ]
    if let seed { fields.append(("seed", "\(seed)")) }
    fields.append(("strips", "[" + strips.map(JSONWriter.quoted).joined(separator: ",") + "]"))
    fields.append(("actions", Self.text(actions)))
    if state.first?.isEmpty == false { fields.append(("state", Self.text(state))) }
    if !positions.isEmpty { fields.append(("positions", Self.text(positions))) }
    return "{" + fields.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  private static func text(_ rows: [[Float]]) -> String {
    let rows = rows.map { "[" + $0.map(text).joined(separator: ",") + "]" }
    return "[" + rows.joined(separator: ",") + "]"
  }

  /// The shortest decimal that reads back as this number, bit for bit.
  private static func text(_ value: Float) -> String {
    if value == value.rounded(), abs(value) < 1e6, value != 0 || value.sign == .plus {
      return String(Int(value))
    }
    // Readers round to double precision first; then the shortest decimal may be another number.
    let shortest = "\(value)"
    return Double(shortest).map { Float($0) == value } == true ? shortest : "\(Double(value))"
  }
}
