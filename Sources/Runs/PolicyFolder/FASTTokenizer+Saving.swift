import Files
import Foundation
import NanoVLA
import VLMs

/// FAST tokens mean nothing without the merges that were learned, so these are saved with a policy:
///
///     { "dimensions": 7, "merges": [[28, 28], [57, 57], …], "scale": 10, "steps": 8 }
extension FASTTokenizer {
  private struct Record: Codable {
    let dimensions: Int
    let merges: [[Int]]
    let scale: Double
    let steps: Int
  }

  /// Writes a small JSON file, complete or not at all.
  ///
  /// - Throws: ``FileWriteError``.
  public func write(to file: URL) throws {
    let record = Record(
      dimensions: dimensions, merges: pairs.map { [$0.left, $0.right] }, scale: scale, steps: steps)
    try Data(JSONWriter.text(record, spaced: false).utf8).writeAtomically(to: file)
  }

  /// Reads what ``write(to:)`` wrote. The file is not trusted: each merge is checked.
  ///
  /// - Throws: ``JSONFileError``.
  public static func read(_ file: URL) throws -> FASTTokenizer {
    try decoded(JSONFile.read(file))
  }

  static func decoded(_ json: JSONValue) throws -> FASTTokenizer {
    let record = try json.decoded(Record.self)
    for (index, merge) in record.merges.enumerated() where merge.count != 2 {
      throw json["merges"][index].outOfRange("two tokens")
    }
    do throws(FASTError) {
      return try FASTTokenizer(
        steps: record.steps, dimensions: record.dimensions, scale: record.scale,
        pairs: record.merges.map { BytePairEncoding.Pair($0[0], $0[1]) })
    } catch { throw json.error(.unusable(key: "", why: error.description)) }
  }
}
