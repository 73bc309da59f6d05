import Foundation
import Testing

@testable import VLMs

/// A published kind of tokenizer with what the `tokenizers` library makes of many strings.
struct TokenizerFixture: Sendable, CustomTestStringConvertible {
  struct Encodings: Decodable, Sendable {
    let vocab_size: Int
    let cases: [Case]
  }

  struct Case: Decodable, Sendable {
    let text: String
    let ids, ids_no_special: [Int]
    let decode, decode_skip_special: String
  }

  let folder: URL

  /// "clip_bpe (Fixtures/seed0/tokenizers)"
  var testDescription: String {
    let above = folder.pathComponents.dropLast().suffix(3).joined(separator: "/")
    return "\(folder.lastPathComponent) (\(above))"
  }

  func tokenizer() throws -> TextTokenizer { try TextTokenizer(contentsOf: folder) }

  func encodings() throws -> Encodings {
    let file = folder.appending(path: "encodings.json")
    return try JSONDecoder().decode(Encodings.self, from: Data(contentsOf: file))
  }

  /// The folder Tests/Fixtures.
  static let bundled = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

  /// Every `tokenizers/KIND/` under Tests/Fixtures and $NANOVLA_FIXTURES: in the folder itself or
  /// in a folder of it.
  static let all: [TokenizerFixture] = {
    let extra = ProcessInfo.processInfo.environment["NANOVLA_FIXTURES"].flatMap {
      $0.isEmpty ? nil : URL(filePath: $0)
    }
    return ([bundled] + [extra].compactMap { $0 }).flatMap { root in
      ([root] + folders(in: root)).map { $0.appending(path: "tokenizers") }
        .flatMap(folders(in:)).map(TokenizerFixture.init)
    }
  }()

  static func named(_ kind: String) -> URL {
    bundled.appending(path: "seed0/tokenizers/\(kind)/tokenizer.json")
  }

  private static func folders(in folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { folder.appending(path: $0) }.filter {
      (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true
    }
  }
}
