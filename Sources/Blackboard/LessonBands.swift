import Files
import Foundation

/// What several seeds of a lesson gave: its results and the curves of its charts.
///
/// `nanovla-lesson bands` measures them and writes them to `Bands/lesson-05.json`. The numbers hold
/// for one setting of the lesson's knobs, so that is stored too.
public struct LessonBands: Codable {
  /// The declarations of the lesson's knobs (``Knobs``).
  public var knobs: [String]
  public var seeds: [UInt64] = []
  /// For each result the values of all seeds, in order; null is not finite.
  public var results: [String: [Double?]] = [:]
  /// For each chart's file name and each curve's name, the range of the curve.
  public var charts: [String: [String: CurveBand]] = [:]

  public init(knobs: [String]) { self.knobs = knobs }

  /// Decodes the file `<kind>-05.json` of a script named `05-BehaviorCloning.swift`; nil if there is
  /// none, as for a lesson that was not measured. Throws a `BandsError` if it is damaged.
  /// For what else the bands hold than a lesson with `knobs` and `flags`: "chunk = 2"; empty if for it.
  func differences(from present: [String], _ flags: Set<String>) -> String {
    let changes = flags.sorted().map { "without \($0)" }
    let knobs = Knobs.differences(from: knobs, to: present)
    return (knobs.isEmpty ? changes : ["with \(knobs)"] + changes).joined(separator: ", ")
  }

  static func read<Content: Decodable>(
    _: Content.Type, _ kind: String, ofScript script: String
  ) throws -> Content? {
    let folder = try BundledFolder.locate(
      bundle: "nanoVLA_Blackboard", folder: "Bands", source: #filePath)
    let number = URL(filePath: script).lastPathComponent.prefix { $0 != "-" }
    let file = folder.appending(path: "\(kind)-\(number).json")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    do {
      return try JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
    } catch { throw BandsError(path: file.path) }
  }
}

extension LessonBands {
  /// The file's text: one line for each knob, result and curve, so that a new measurement shows in a
  /// comparison line by line.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func text(_ value: some Encodable) -> String {
      // Cannot throw: all numbers are finite.
      String(decoding: try! encoder.encode(value), as: UTF8.self)
    }
    func object(_ members: [String: String], _ indent: String) -> String {
      let lines = members.sorted { $0.key < $1.key }.map { "\(indent)  \(text($0)): \($1)" }
      return lines.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
    return object(
      [
        "knobs": "[\n" + knobs.map { "    " + text($0) }.joined(separator: ",\n") + "\n  ]",
        "seeds": text(seeds),
        "results": object(results.mapValues(text), "  "),
        "charts": object(
          charts.mapValues { object($0.mapValues { text($0.rounded) }, "    ") }, "  "),
      ], "") + "\n"
  }
}

/// What is known of a result, written by hand in `Bands/causes-05.json`.
struct ResultNote: Codable {
  /// The result's name; with a `*` at its end, of all results that begin with it. The first note
  /// that matches a result counts.
  let result: String
  /// A share of episodes or images, from 0 to 1.
  var isRate: Bool?
  /// The least distance from a measured value that is out of the ordinary.
  var margin: Double?
  /// What usually causes a smaller or a larger value.
  var below, above: String?

  func describes(_ name: String) -> Bool {
    result.hasSuffix("*") ? name.hasPrefix(result.dropLast()) : name == result
  }
}

/// A file of bands that cannot be read.
struct BandsError: Error, CustomStringConvertible {
  let path: String
  var description: String {
    "\(path) is damaged: restore it with git, or measure it again with nanovla-lesson bands"
  }
}
