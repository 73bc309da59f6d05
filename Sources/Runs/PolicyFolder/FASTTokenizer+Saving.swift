// FAST tokens mean nothing without the merges that were learned, so these travel with the policy:
//
//   { "dimensions": 7, "merges": [[28, 28], [57, 57], …], "scale": 10, "steps": 8 }

import Files
import Foundation
import NanoVLA

extension FASTTokenizer {
  /// Writes a small JSON file, wholly or not at all.
  public func write(to file: URL) throws(FASTError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys  // equal tokenizers are equal text
    let record = Record(
      dimensions: dimensions, merges: pairs.map { [$0.left, $0.right] }, scale: scale, steps: steps)
    do {
      try encoder.encode(record).write(to: file, options: .atomic)
    } catch { throw .unwritable(file.path, oneLine(error)) }
  }

  /// Reads what `write` wrote. Nothing in the file is trusted: each merge is checked.
  public static func read(_ file: URL) throws(FASTError) -> FASTTokenizer {
    let record: Record
    do {
      let facts = try file.resolvingSymlinksInPath()
        .resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
      guard facts.isRegularFile == true, let size = facts.fileSize, size <= 16 << 20 else {
        throw FASTError.unreadable(file.path, "not a regular file of at most 16 MB")
      }
      let data = try Data(contentsOf: file)
      do {
        _ = try JSONSerialization.jsonObject(with: data)  // the decoder would not say where
        record = try JSONDecoder().decode(Record.self, from: data)
      } catch { throw FASTError.badFile(file.path, oneLine(error)) }
    } catch let error as FASTError {
      throw error
    } catch { throw .unreadable(file.path, oneLine(error)) }

    if let bad = record.merges.first(where: { $0.count != 2 }) {
      throw .badFile(file.path, "a merge of \(bad.count) tokens, each has 2")
    }
    do throws(FASTError) {
      return try FASTTokenizer(
        steps: record.steps, dimensions: record.dimensions, scale: record.scale,
        pairs: record.merges.map { BytePairEncoding.Pair($0[0], $0[1]) })
    } catch { throw .badFile(file.path, error.description) }
  }
}

/// The file as it stands.
private struct Record: Codable {
  let dimensions: Int
  let merges: [[Int]]
  let scale: Double
  let steps: Int
}
