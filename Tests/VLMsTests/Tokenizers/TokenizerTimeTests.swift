import Foundation
import Testing

@testable import VLMs

/// A file must not make its reader work for long, whatever its stages, tokens and names are.
@Suite struct TokenizerTimeTests {
  /// `count` times the stage `part`, in sequences of sequences if nested.
  private func stages(_ part: String, _ count: Int, _ list: String, nested: Bool = false) -> String
  {
    func sequence(_ parts: [String]) -> String {
      #"{"type": "Sequence", "\#(list)": [\#(parts.joined(separator: ", "))]}"#
    }
    guard nested else { return sequence(Array(repeating: part, count: count)) }
    let inner = sequence(Array(repeating: part, count: 99))
    return sequence(Array(repeating: inner, count: count / 100))
  }

  @Test(
    "more stages than any file has are refused when the file is opened, nested ones too",
    arguments: [
      ("normalizer", "normalizers", #"{"type": "NFC"}"#),
      ("pre_tokenizer", "pretokenizers", #"{"type": "Digits"}"#),
      ("decoder", "decoders", #"{"type": "Fuse"}"#),
      ("post_processor", "processors", #"{"type": "ByteLevel"}"#),
    ])
  func count(section: String, list: String, part: String) throws {
    for (count, nested) in [(256, false), (10_000, false), (1000, true)] {
      let error = #expect(throws: TokenizerError.self) {
        try tokenizer(bytePairs(#", "\#(section)": \#(stages(part, count, list, nested: nested))"#))
      }
      #expect(error?.description.contains("\(section): it has more than 256 stages") == true)
    }
    let many = try tokenizer(bytePairs(#", "\#(section)": \#(stages(part, 200, list))"#))
    #expect(try many.encode("ab") == [2])
    #expect(try many.decode([2]) == "ab")
  }

  @Test(
    "stages that try a thousand alternatives at each letter are stopped soon",
    arguments: ["normalizer", "pre_tokenizer", "decoder"])
  func slow(section: String) throws {
    // Each letter is compared with each of the classes, and the pattern never matches.
    let pattern = #""pattern": {"Regex": "\#(String(repeating: "[0-9b]?", count: 250))x"}"#
    let (list, part) =
      switch section {
      case "normalizer": ("normalizers", #"{"type": "Replace", \#(pattern), "content": ""}"#)
      case "decoder": ("decoders", #"{"type": "Replace", \#(pattern), "content": ""}"#)
      default:
        (
          "pretokenizers",
          #"{"type": "Split", \#(pattern), "behavior": "Isolated", "invert": false}"#
        )
      }
    let slow = try tokenizer(bytePairs(#", "\#(section)": \#(stages(part, 255, list))"#))
    let letters = Array(repeating: 0, count: 2000)
    let clock = ContinuousClock()
    let time = clock.measure {
      let error = #expect(throws: TokenizerError.self) {
        _ =
          section == "decoder"
          ? try slow.decode(letters) : "\(try slow.encode(String(repeating: "a", count: 2000)))"
      }
      #expect(error?.description.contains(", \(section): takes more than ") == true)
    }
    #expect(time < .seconds(20))
  }

  @Test("words, marks and added tokens that take quadratic time are stopped")
  func words() throws {
    let text = String(repeating: "a", count: 5000)
    func isStopped(_ file: String, by section: String) throws {
      let tokenizer = try tokenizer(file)
      let error = #expect(throws: TokenizerError.self) { try tokenizer.encode(text) }
      #expect(error?.description.contains(", \(section): takes more than ") == true)
    }
    try isStopped(
      #"""
      {"version": "1.0", "model": {"type": "WordPiece", "max_input_chars_per_word": 40000,
       "unk_token": "b", "vocab": {"b": 0, "\#(text)b": 1, "a": 2, "##a": 3}}}
      """#, by: "model")
    let mark = #", "unk_token": "[UNK]", "end_of_word_suffix": "\#(text + text + text + text)""#
    try isStopped(bytePairs(model: mark), by: "model")
    try isStopped(bytePairs(added: [added(5, text + "b")]), by: "added_tokens")
  }

  @Test(
    "an added token that takes the blanks after it finds them once, however many tokens are blanks")
  func blanks() throws {
    let tokens = [
      added(5, " ", #""rstrip": true, "normalized": false"#), added(6, "\\t"),
    ]
    let tokenizer = try tokenizer(bytePairs(added: tokens))
    let text = String(repeating: " \t", count: 50_000)
    #expect(try tokenizer.encode(text).count == 100_000)
    #expect(try tokenizer.encode("a  b") == [0, 5, 5, 1])
  }

  @Test(
    "a template adds at most a thousand tokens, and an error does not repeat a name of any length")
  func template() throws {
    let name = String(repeating: "n", count: 100_000)
    func file(_ items: Int, _ ids: Int) -> String {
      let item = #"{"SpecialToken": {"id": "\#(name)"}}, "#
      return bytePairs(
        #"""
        , "post_processor": {"type": "TemplateProcessing",
          "single": [\#(String(repeating: item, count: items)){"Sequence": {"id": "A"}}],
          "special_tokens": {"\#(name)": {"ids": [\#(Array(repeating: "0", count: ids).joined(separator: ","))]}}}
        """#)
    }
    #expect(try tokenizer(file(10, 100)).encode("b").count == 1001)
    for (items, ids) in [(2, 1000), (1, 100_000)] {
      let error = #expect(throws: TokenizerError.self) { try tokenizer(file(items, ids)) }
      let line = error?.description ?? ""
      #expect(line.contains("adds more than 1000 tokens") && line.count < 1000)
    }
  }
}
