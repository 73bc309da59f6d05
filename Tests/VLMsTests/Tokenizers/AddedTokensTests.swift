import Foundation
import Testing

@testable import VLMs

/// Added tokens stand beside the model's vocabulary. The expected ids and texts are those of version
/// 0.23 of the `tokenizers` library for the same files.
@Suite struct AddedTokensTests {
  private let alone = #""normalized": false, "single_word": true"#
  private let normalized = #""normalized": true"#
  private let lowercase = #", "normalizer": {"type": "Lowercase"}"#

  @Test("a letter that is an added token stays unknown inside a word")
  func bytePair() throws {
    let unknown = #", "unk_token": "[UNK]""#
    let tokenizer = try tokenizer(bytePairs(model: unknown, added: [added(5, "z", alone)]))
    #expect(try tokenizer.encode("z") == [5])
    #expect(try tokenizer.encode("az") == [0, 3])
    #expect(try tokenizer.encode("azz") == [0, 3, 3])
    #expect(tokenizer.vocabularySize == 6)
    #expect((tokenizer.id(of: "z"), tokenizer.token(of: 5)) == (5, "z"))
  }

  @Test("a letter that is an added token becomes bytes inside a word, with byte fallback")
  func byteFallback() throws {
    let bytes = (0..<256).map { "\"" + String(format: "<0x%02X>", $0) + "\": \($0)" }
    let tokenizer = try tokenizer(
      #"""
      {"version": "1.0", "added_tokens": [\#(added(258, "谁", normalized))],
       "normalizer": {"type": "Prepend", "prepend": "▁"},
       "model": {"type": "BPE", "byte_fallback": true, "merges": [],
        "vocab": {"▁": 256, "你": 257, \#(bytes.joined(separator: ", "))}}}
      """#)
    #expect(try tokenizer.encode("谁") == [258])
    #expect(try tokenizer.encode("你谁") == [256, 257, 0xE8, 0xB0, 0x81])
  }

  @Test("bytes that spell a byte order mark are decoded to it, wherever they stand")
  func byteOrderMark() throws {
    let bytes = (0..<256).map { "\"" + String(format: "<0x%02X>", $0) + "\": \($0)" }
    let tokenizer = try tokenizer(
      #"""
      {"version": "1.0", "decoder": {"type": "ByteFallback"},
       "model": {"type": "BPE", "byte_fallback": true, "merges": [],
        "vocab": {\#(bytes.joined(separator: ", "))}}}
      """#)
    for text in ["\u{FEFF}a", "a\u{FEFF}b", "\u{FEFF}\u{FEFF}"] {
      let decoded = try tokenizer.decode(tokenizer.encode(text))
      #expect(Array(decoded.unicodeScalars) == Array(text.unicodeScalars))
    }
  }

  @Test("WordPiece's pieces are never added tokens")
  func wordPiece() throws {
    let tokenizer = try tokenizer(
      #"""
      {"version": "1.0", "pre_tokenizer": {"type": "WhitespaceSplit"},
       "added_tokens": [\#(added(4, "##s", alone)), \#(added(5, "close", alone))],
       "model": {"type": "WordPiece", "vocab": {"grip": 0, "##per": 1, "[UNK]": 2, "open": 3}}}
      """#)
    #expect(try tokenizer.encode("gripper grips open") == [0, 1, 2, 3])
    #expect(try tokenizer.encode("open close closeper grips") == [3, 5, 2, 2])
  }

  @Test("the unknown token may be missing until a letter needs it")
  func missingUnknown() throws {
    let unknown = #", "unk_token": "<unk>""#
    for tokens in [[], [added(5, "<unk>")]] {
      let tokenizer = try tokenizer(bytePairs(model: unknown, added: tokens))
      #expect(try tokenizer.encode("ab") == [2])
      let thrown = #expect(throws: TokenizerError.self) { try tokenizer.encode("abz") }
      let line = try #require(thrown?.description)
      #expect(line.contains(#""z" is not in the vocabulary, nor is the unk_token "<unk>""#))
      #expect(line.contains("model.unk_token") && !line.contains("\n"))
    }
    #expect(try tokenizer(bytePairs()).encode("abz") == [2], "without a name it is left out")

    let pieces = try tokenizer(
      """
      {"version": "1.0", "model": {"type": "WordPiece", "vocab": {"grip": 0, "##per": 1}}}
      """)
    #expect(try pieces.encode("gripper") == [0, 1])
    let thrown = #expect(throws: TokenizerError.self) { try pieces.encode("grips") }
    #expect(thrown?.description.contains("[UNK]") == true)
  }

  @Test("of tokens that the normalizer makes alike, the first in the file is taken")
  func alike() throws {
    for names in [["[AB]", "[ab]", "[Ab]"], ["[ab]", "[Ab]", "[AB]"]] {
      let tokens = names.enumerated().map { added(5 + $0, $1, normalized) }
      for _ in 0..<8 {  // a dictionary of each has another order
        let tokenizer = try tokenizer(bytePairs(lowercase, added: tokens))
        #expect(try tokenizer.encode("[aB]") == [5])
      }
    }
    // Of two entries of one token the last counts.
    let twice = [added(5, "<a>"), added(5, "<a>", #""normalized": false, "lstrip": true"#)]
    #expect(try tokenizer(bytePairs(added: twice)).encode("a \u{20}<a>") == [0, 5])
    let both = try tokenizer(bytePairs(added: [added(5, "<a>"), added(6, "<a>b")]))
    #expect(try both.encode("<a>b") == [6], "a longer token comes first wherever it stands")
  }

  @Test("decoding writes a normalized token in its normalized spelling, blanks included")
  func spelling() throws {
    let llama = #"""
      , "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
      "decoder": {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
      """#
    let grip = try tokenizer(
      bytePairs(llama, added: [added(5, "<grip>", normalized), added(6, "<raw>")]))
    #expect(try grip.decode([5, 5]) == "<grip> <grip>")
    #expect(try grip.decode([0, 5, 1]) == "a <grip>b")
    #expect(try grip.decode([6, 5, 6]) == "<raw> <grip><raw>")
    #expect(try grip.encode("<grip> <grip>") == [5, 5])

    let special = #""normalized": true, "special": true"#
    let small = try tokenizer(
      bytePairs(lowercase, added: [added(5, "<A>", special), added(6, "<b>", special)]))
    #expect(try small.encode("a<A>b<B>a") == [0, 5, 1, 6, 0])
    // As in the reference: "<a>" is not the name of a special token.
    #expect(try small.decode([0, 5, 1, 6, 0]) == "a <a> b a")
    #expect(try small.decode([0, 5, 1, 6, 0], skippingSpecialTokens: false) == "a <a> b <b> a")
    var stream = TextStream(small)
    #expect(try [5, 6].map { try stream.next($0) } + [stream.finish()] == ["<a>", "", ""])
  }
}
