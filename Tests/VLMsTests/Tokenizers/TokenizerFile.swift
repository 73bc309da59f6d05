import Foundation

@testable import VLMs

/// Reads `json` as a tokenizer.json.
func tokenizer(_ json: String) throws -> TextTokenizer {
  let file = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID()).json")
  defer { try? FileManager.default.removeItem(at: file) }
  try Data(json.utf8).write(to: file)
  return try TextTokenizer(contentsOf: file)
}

/// A tokenizer.json of a small byte-pair model: a 0, b 1, ab 2, [UNK] 3, c 4.
func bytePairs(_ sections: String = "", model: String = "", added: [String] = []) -> String {
  #"""
  {"version": "1.0", "added_tokens": [\#(added.joined(separator: ", "))],
   "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "[UNK]": 3, "c": 4},
    "merges": ["a b"]\#(model)}\#(sections)}
  """#
}

/// An entry of "added_tokens".
func added(_ id: Int, _ content: String, _ flags: String = #""normalized": false"#) -> String {
  #"{"id": \#(id), "content": "\#(content)", \#(flags)}"#
}

/// What stages may make of a text of `count` code points.
func testBudget(_ count: Int) -> TextBudget {
  TextBudget(for: count, stage: "test", file: "tokenizer.json")
}
