import Foundation
import Testing

@testable import Files
@testable import Tabletop
@testable import VLMs

/// Files that only look like a tokenizer: each is refused in one line that names file and place.
@Suite struct DamagedTokenizerTests {
  /// What reading `text` as a tokenizer.json says.
  private func problem(_ text: String) throws -> TokenizerError {
    let file = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    var caught: TokenizerError?
    do throws(TokenizerError) { _ = try TextTokenizer(contentsOf: file) } catch { caught = error }
    let error = try #require(caught, "the damage went unnoticed")
    let line = "\(error)"
    #expect(!line.contains("\n") && line.contains(file.lastPathComponent))
    #expect(line.count < 600)
    return error
  }

  /// A small whole file, one section of it replaced.
  private func file(
    model: String? = nil, vocab: String = #"{"a": 0, "b": 1, "ab": 2, "[UNK]": 3}"#,
    merges: String = #"["a b"]"#, _ sections: String = ""
  ) -> String {
    let model = model ?? #"{"type": "BPE", "vocab": \#(vocab), "merges": \#(merges)}"#
    return #"{"version": "1.0", "model": \#(model)\#(sections.isEmpty ? "" : ", " + sections)}"#
  }

  @Test("the small file itself is read")
  func whole() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: url) }
    for merges in [#"["a b"]"#, #"[["a", "b"]]"#] {
      try Data(file(merges: merges).utf8).write(to: url)
      #expect(try TextTokenizer(contentsOf: url).encode("aab") == [0, 2])
    }
  }

  @Test("tokens that only look alike stay distinct")
  func lookAlikes() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: url) }
    let vocab = #"{"\u00e9": 0, "e": 1, "\u0301": 2, "e\u0301": 3}"#
    try Data(file(vocab: vocab, merges: #"[["e", "\u0301"]]"#).utf8).write(to: url)
    let tokenizer = try TextTokenizer(contentsOf: url)
    #expect(try tokenizer.encode("\u{e9}") == [0])
    #expect(try tokenizer.encode("e\u{301}") == [3])
  }

  @Test("a merge of an unknown token is named")
  func unknownMerge() throws {
    let unknown = try "\(problem(file(merges: #"["a b", "a c"]"#)))"
    #expect(unknown.contains("model.merges[1]: \"a c\" needs the token \"c\""))
    #expect(try "\(problem(file(merges: #"[["b", "a"]]"#)))".contains("the token \"ba\""))
    #expect(try "\(problem(file(merges: #"["a b c"]"#)))".contains("a merge is two tokens"))
    #expect(try "\(problem(file(merges: "[7]")))".contains("model.merges[0]"))
    #expect(try "\(problem(file(merges: "{}")))".contains("expected a list, found an object"))
  }

  @Test("negative, huge, fractional and duplicate ids are refused")
  func ids() throws {
    for id in ["-1", "1e300", "4294967296", "1.5", "\"7\"", "null", "[0]"] {
      #expect(try "\(problem(file(vocab: #"{"a": \#(id)}"#)))".contains("model.vocab[\"a\"]"))
    }
    let twice = try "\(problem(file(vocab: #"{"a": 1, "b": 1}"#)))"
    #expect(twice.contains("the id 1 belongs to both \"a\" and \"b\""))
    #expect(try "\(problem(file(vocab: #"{"a": 1, "a": 2}"#)))".contains("occurs twice"))
    #expect(try "\(problem(file(vocab: "{}")))".contains("the vocabulary is empty"))
    #expect(try "\(problem(file(vocab: #"[["a", 0.5]]"#)))".contains("expected an object"))
  }

  @Test("added tokens must agree with the vocabulary and among themselves")
  func added() throws {
    func added(_ tokens: String) throws -> String {
      try "\(problem(file("\"added_tokens\": \(tokens)")))"
    }
    #expect(try added(#"[{"id": 9, "content": "a"}]"#).contains("\"a\" has the id 9 here"))
    #expect(try added(#"[{"id": 9, "content": "x"}]"#).contains("the next one is "))
    #expect(try added(#"[{"id": 0, "content": "x"}]"#).contains("the id 0 belongs to both"))
    #expect(try added(#"[{"id": 9, "content": ""}]"#).contains("the token is empty"))
    #expect(try added(#"[{"content": "x"}]"#).contains("added_tokens[0]: \"id\" is missing"))
    #expect(try added(#"{"x": 9}"#).contains("added_tokens: expected a list"))
  }

  @Test("an unsupported component is named with the supported ones")
  func unsupported() throws {
    let sections = [
      #""normalizer": {"type": "Precompiled"}"#: "normalizer Precompiled",
      #""pre_tokenizer": {"type": "CharDelimiterSplit"}"#: "pre_tokenizer CharDelimiterSplit",
      #""post_processor": {"type": "Odd"}"#: "post_processor Odd",
      #""decoder": {"type": "CTC"}"#: "decoder CTC",
    ]
    for (section, name) in sections {
      let line = try "\(problem(file(section)))"
      #expect(line.contains("\"\(name)\" is not supported; supported are"))
      #expect(line.contains("Sequence"))
    }
    let unigram = #"{"type": "Unigram", "vocab": {"a": 0}}"#
    #expect(try "\(problem(file(model: unigram)))".contains("supported are BPE, WordPiece"))
    let dropout = #"{"type": "BPE", "dropout": 0.1, "vocab": {"a": 0}, "merges": []}"#
    #expect(try "\(problem(file(model: dropout)))".contains("dropout"))
  }

  @Test("invalid patterns and templates are refused with their path")
  func patternsAndTemplates() throws {
    let split = #""type": "Split", "behavior": "Isolated", "pattern": {"Regex": "(a"}"#
    let nested = #""pre_tokenizer": {"type": "Sequence", "pretokenizers": [{\#(split)}]}"#
    let line = try "\(problem(file(nested)))"
    #expect(line.contains("pre_tokenizer.pretokenizers[0].pattern.Regex: pattern \"(a\""))
    let behavior = #""pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": 1}"#
    #expect(try "\(problem(file(behavior)))".contains("behavior: expected a string"))
    let ids = #""post_processor": {"type": "BertProcessing", "cls": ["a", 0], "sep": ["z", 77]}"#
    #expect(try "\(problem(file(ids)))".contains("the id 77, which no token has"))
    let template = #""post_processor": {"type": "TemplateProcessing", "single": []}"#
    #expect(try "\(problem(file(template)))".contains("leaves the text A out"))
  }

  @Test("invalid JSON is refused with its line")
  func notJSON() throws {
    let texts = [
      "", "{", "{\"a\": 1,}", "{\"a\" 1}", "[1 2]", "nul", "0x10", "\"\\x\"", "\"\\ud800\"", "\"a",
      "{} {}", "\"\\u12", "inf", "\"tab\there\"",
    ]
    for text in texts {
      guard case .badJSON(_, let line, _) = try problem(text) else {
        Issue.record("\(text) was taken for JSON")
        continue
      }
      #expect(line == 1)
    }
    guard case .badJSON(_, 3, _) = try problem("{\n\n?}") else {
      Issue.record("the line is wrong")
      return
    }
    #expect(try "\(problem("[]"))".contains("the whole file: expected an object, found a list"))
    #expect(try "\(problem("{}"))".contains("\"model\" is missing"))
  }

  @Test("a file cut off anywhere, or with a byte changed, never crashes")
  func cut() throws {
    let whole = try Data(contentsOf: TokenizerFixture.named("bert_wordpiece"))
    let url = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: url) }
    for place in stride(from: 0, to: whole.count - 2, by: 61) {
      try whole.prefix(place).write(to: url)
      #expect(throws: TokenizerError.self) { try TextTokenizer(contentsOf: url) }
      var changed = whole
      changed[place] = UInt8(place % 256)
      try changed.write(to: url)
      _ = try? TextTokenizer(contentsOf: url).encode("pick up the block")
    }
  }

  @Test("deep nesting is refused before the stack overflows")
  func deep() throws {
    for unit in ["[", "{\"a\":"] {
      let error = try problem(String(repeating: unit, count: 1_000_000))
      #expect("\(error)".contains("nested too deeply"))
    }
  }

  @Test("a folder without the file, a device and a giant file are refused")
  func unreadable() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: TokenizerError.self) { try TextTokenizer(contentsOf: folder) }
    #expect(throws: TokenizerError.self) {
      try TextTokenizer(contentsOf: URL(filePath: "/dev/zero"))
    }
    let giant = folder.appending(path: "tokenizer.json")
    try Data().write(to: giant)
    let handle = try FileHandle(forWritingTo: giant)
    try handle.truncate(atOffset: 65 << 20)  // sparse: takes no room on the disk
    try handle.close()
    #expect(throws: TokenizerError.self) { try TextTokenizer(contentsOf: folder) }
  }
}
