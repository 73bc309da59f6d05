import Foundation
import Testing

@testable import VLMs

/// A small file must not make a large text of a small one.
@Suite struct TextBudgetTests {
  private func replacing(_ letter: String, by content: String) -> String {
    #"{"type": "Replace", "pattern": {"String": "\#(letter)"}, "content": "\#(content)"}"#
  }

  private func doubling(_ times: Int, _ list: String) -> String {
    let all = Array(repeating: replacing("a", by: "aa"), count: times).joined(separator: ", ")
    return #"{"type": "Sequence", "\#(list)": [\#(all)]}"#
  }

  private func check(_ stage: String, _ body: () throws -> Void) {
    let thrown = #expect(throws: TokenizerError.self, performing: body)
    let line = thrown?.description ?? ""
    #expect(line.contains(", \(stage): makes more than ") && !line.contains("\n"))
  }

  @Test("thirty doublings are refused, in the normalizer and in the decoder")
  func doublings() throws {
    let normalizing = try tokenizer(bytePairs(", \"normalizer\": " + doubling(30, "normalizers")))
    check("normalizer") { _ = try normalizing.encode("what is a cat on a table") }
    #expect(try normalizing.encode("b") == [1])
    let decoding = try tokenizer(bytePairs(", \"decoder\": " + doubling(30, "decoders")))
    check("decoder") { _ = try decoding.decode([0]) }
    check("decoder") {
      var stream = TextStream(decoding)
      _ = try stream.next(0)
    }
    #expect(try decoding.decode([1]) == "b")
  }

  @Test("forty pre-tokenizers that each write bytes as two are refused")
  func byteLevels() throws {
    let part = #"{"type": "ByteLevel", "add_prefix_space": true, "use_regex": false}"#
    func section(_ count: Int) -> String {
      let parts = Array(repeating: part, count: count).joined(separator: ", ")
      return #", "pre_tokenizer": {"type": "Sequence", "pretokenizers": [\#(parts)]}"#
    }
    let many = try tokenizer(bytePairs(section(40)))
    check("pre_tokenizer") { _ = try many.encode("é") }
    let two = try tokenizer(bytePairs(section(2), model: #", "unk_token": "[UNK]""#))
    #expect(try !two.encode("a").isEmpty)
  }

  @Test("a single long replacement is refused before it is made")
  func long() throws {
    let content = String(repeating: "b", count: 60_000)
    let section = ", \"normalizer\": " + replacing("a", by: content)
    let tokenizer = try tokenizer(bytePairs(section))
    #expect(try tokenizer.encode("aa").count == 120_000)
    check("normalizer") { _ = try tokenizer.encode(String(repeating: "a", count: 100_000)) }
    let decoding = try VLMsTests.tokenizer(
      bytePairs(", \"decoder\": " + replacing("a", by: content)))
    check("decoder") { _ = try decoding.decode(Array(repeating: 0, count: 100_000)) }
  }

  @Test("an added token that grows without end is refused when the file is opened")
  func opening() {
    let token = added(5, "<a>", #""normalized": true"#)
    check("normalizer") {
      _ = try tokenizer(
        bytePairs(", \"normalizer\": " + doubling(30, "normalizers"), added: [token]))
    }
  }

  @Test("a text may become sixty-four times as long")
  func allowed() throws {
    let section = ", \"normalizer\": " + doubling(6, "normalizers")
    let tokenizer = try tokenizer(bytePairs(section))
    #expect(try tokenizer.encode(String(repeating: "a", count: 20_000)).count == 1_280_000)
  }
}
