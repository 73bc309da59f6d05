import Foundation
import Testing

@testable import VLMs

/// The expected sets and texts are those of version 0.23 of the `tokenizers` library.
@Suite struct UnicodeTablesTests {
  private func normalize(_ section: String, _ text: String) throws -> [UInt32] {
    let file = bytePairs(", \"normalizer\": \(section)")
    let normalizer = try #require(try tokenizer(file).normalizer)
    return try normalizer(Scalars(text), within: testBudget(text.count)).map(\.value)
  }

  private func type(_ name: String) -> String { #"{"type": "\#(name)"}"# }

  @Test("lower case knows no final sigma")
  func sigma() throws {
    for section in [type("Lowercase"), type("BertNormalizer")] {
      #expect(try normalize(section, "ΟΔΟΣ.") == Scalars("οδοσ.").map(\.value))
      #expect(try normalize(section, "ΣΣ ΑΣ") == Scalars("σσ ασ").map(\.value))
    }
    #expect(try normalize(type("Lowercase"), "İ") == [0x69, 0x307])
  }

  @Test("the four normalization forms are those of Unicode 9")
  func forms() throws {
    #expect(try normalize(type("NFKC"), "ﬁ Å ﷺ").count == 23)
    #expect(try normalize(type("NFKD"), "\u{32FE}") == [0x30F2], "a character of Unicode 1.1")
    for form in ["NFC", "NFD", "NFKC", "NFKD"] {
      for scalar: Unicode.Scalar in ["\u{32FF}", "\u{11938}", "\u{1FBF0}", "\u{1E030}"] {
        #expect(try normalize(type(form), "a\(scalar)") == [0x61, scalar.value], "\(form)")
      }
      // The parts of U+11938, which Unicode 9 does not know, are not composed.
      #expect(try normalize(type(form), "\u{11935}\u{11930}") == [0x11935, 0x11930])
    }
    // These tables do not know a younger mark: nothing is composed or sorted across it.
    #expect(try normalize(type("NFC"), "e\u{1ACF}\u{301}") == [0x65, 0x1ACF, 0x301])
    #expect(try normalize(type("NFC"), "\u{1ACF}e\u{301}\u{1ACF}") == [0x1ACF, 0xE9, 0x1ACF])
  }

  @Test("marks are sorted and composed as the standard says, where Foundation's forms differ")
  func canonicalOrder() throws {
    #expect(try normalize(type("NFC"), "\u{AC00}\u{11A8}") == [0xAC01])
    #expect(try normalize(type("NFC"), "\u{1100}\u{1161}\u{11A8}\u{11A8}") == [0xAC01, 0x11A8])
    #expect(try normalize(type("NFD"), "\u{33E}\u{F73}") == [0xF71, 0xF72, 0x33E])
    #expect(
      try normalize(type("NFKD"), "\u{1FC1}\u{334}") == [0x20, 0x334, 0x308, 0x342])
    #expect(try normalize(type("NFKC"), "\u{327}\u{308}\u{FF9F}") == [0x309A, 0x327, 0x308])
    // The mark U+11A47 is of Unicode 10.
    #expect(try normalize(type("NFD"), "\u{3B0}\u{11A47}") == [0x3C5, 0x308, 0x301, 0x11A47])
    #expect(try normalize(type("NFC"), "a\u{323}\u{302}\u{302}") == [0x1EAD, 0x302])
    #expect(try normalize(type("NFC"), "\u{958}\u{1D15E}") == [0x915, 0x93C, 0x1D157, 0x1D165])
  }

  @Test("marks are those of Unicode 9, and BERT's those of Unicode 8")
  func marks() throws {
    let old = "a\u{301}\u{8E3}\u{1CF2}"
    #expect(try normalize(type("StripAccents"), old) == [0x61])
    #expect(try normalize(type("StripAccents"), "a\u{AFA}\u{111C9}") == [0x61, 0xAFA, 0x111C9])
    #expect(try normalize(type("BertNormalizer"), "á\u{8E3}\u{1734}") == [0x61])
    #expect(try normalize(type("BertNormalizer"), "a\u{8D4}\u{1885}") == [0x61, 0x8D4, 0x1885])
  }

  @Test("punctuation is that of Unicode 8")
  func punctuation() {
    for scalar: Unicode.Scalar in ["!", "$", "。", "\u{166D}", "\u{111C9}"] {
      #expect(scalar.isPunctuation, "\(scalar.value)")
    }
    for scalar: Unicode.Scalar in ["a", "€", "\u{2E43}", "\u{9FD}", "\u{2E52}"] {
      #expect(!scalar.isPunctuation, "\(scalar.value)")
    }
  }

  @Test("a pattern's classes are those of Unicode 16")
  func patterns() throws {
    func matches(_ pattern: String, _ scalar: Unicode.Scalar) throws -> Bool {
      !(try TextPattern(pattern).matches(in: [scalar], within: testBudget(1)).isEmpty)
    }
    #expect(try matches(#"\p{Ll}"#, "\u{295}"))
    #expect(try matches(#"\p{L}"#, "\u{1C89}"), "a letter of Unicode 16")
    #expect(try !matches(#"\p{L}"#, "\u{A7CE}"), "a letter of Unicode 17")
    #expect(try matches(#"\p{Cn}"#, "\u{A7CE}"))
    #expect(try !matches(#"\w"#, "\u{88F}"))
    #expect(try matches(#"[^\s\p{L}\p{N}]"#, "\u{A7CE}"))
    for scalar: Unicode.Scalar in ["²", "³", "¹", "¼", "½", "¾"] {
      #expect(try matches(#"\w"#, scalar))
    }
    #expect(try !matches(#"\w"#, "⁴"))
  }
}
