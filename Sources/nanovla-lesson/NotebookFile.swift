import Foundation

/// The properties of a notebook, read from its source file.
///
/// Its name is the file's, without `.swift`. Its first comment says in one or two lines what it
/// measures, and a later line such as `// About 2 minutes on 2 cores, 30 with --full.` how long.
struct NotebookFile: Encodable {
  let name: String
  /// The file's name in the folder of notebooks.
  let file: String
  let summary: String
  let lines: Int
  /// Of a run without `--full`; nil if the header does not say.
  let minutes: Double?

  /// The name of its executable in `Package.swift`.
  var product: String { "notebook-" + name }

  /// Returns nil if `file` is not a Swift source.
  init?(file: String, text: String) {
    guard file.hasSuffix(".swift"), file.first != "." else { return nil }
    (self.file, name) = (file, String(file.dropLast(".swift".count)))
    let header = text.split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { $0.hasPrefix("//") }.map { String($0.drop { $0 == "/" || $0 == " " }) }
    summary = header.prefix { !$0.isEmpty }.joined(separator: " ")
    minutes = header.lazy.compactMap { $0.firstMatch(of: #/About (\d+(?:\.\d+)?) minutes?\b/#) }
      .first.flatMap { Double($0.1) }
    lines = text.utf8.count { $0 == 10 } + (text.isEmpty || text.hasSuffix("\n") ? 0 : 1)
  }

  /// The notebooks of a folder by name. Throws a `Problem` if there is none.
  static func all(in folder: URL) throws -> [NotebookFile] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let notebooks = names.sorted().compactMap { name -> NotebookFile? in
      let bytes = (try? Data(contentsOf: folder.appendingPathComponent(name))) ?? Data()
      return NotebookFile(file: name, text: String(decoding: bytes, as: UTF8.self))
    }
    if notebooks.isEmpty { throw Problem.noNotebooks(folder: folder.path) }
    return notebooks
  }
}

extension [NotebookFile] {
  /// The name, minutes and lines of each, with its summary below.
  var list: String {
    map { notebook in
      let minutes = notebook.minutes.map { String(format: "%g min, ", $0) } ?? ""
      return "\(notebook.name) (\(minutes)\(notebook.lines) lines)\n  \(notebook.summary)"
    }.joined(separator: "\n")
  }

  /// One JSON object on each line.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return map { String(decoding: (try? encoder.encode($0)) ?? Data(), as: UTF8.self) }
      .joined(separator: "\n")
  }
}
