import Foundation
import TestSupport
import Testing

@testable import Tabletop
@testable import VLMs

@Suite struct TextPatternTests {
  private func words(_ pattern: String, in text: String) throws -> [String] {
    let text = Scalars(text)
    return try TextPattern(pattern).matches(in: text, within: testBudget(text.count)).map {
      Array(text[$0]).text
    }
  }

  @Test("alternatives, loops, sets and look-ahead match as in other engines")
  func syntax() throws {
    #expect(try words("a|ab", in: "ab") == ["a"])
    #expect(try words("(?:ab)+", in: "abababa") == ["ababab"])
    #expect(try words("a+?", in: "aaa") == ["a", "a", "a"])
    #expect(try words("\\p{N}{1,3}", in: "12345") == ["123", "45"])
    #expect(try words("a{2}", in: "aaaaa") == ["aa", "aa"])
    #expect(try words("[^a-c\\s]+", in: "abc xyz") == ["xyz"])
    #expect(try words("[\\]\\-x]+", in: "a]-xb") == ["]-x"])
    #expect(try words("\\s+(?!\\S)", in: "a   b  ") == ["  ", "  "])
    #expect(try words("a(?=b)", in: "abac") == ["a"])
    #expect(try words("(?i:'s|'ll)", in: "'S 'lL 'ſ") == ["'S", "'lL", "'ſ"])
    #expect(try words("\\p{Lu}\\P{Lu}", in: "ÄäÖ") == ["Ää"])
    #expect(try words("\\x{1F916}", in: "🤖") == ["🤖"])
    #expect(try words(".", in: "a\nb") == ["a", "b"])
  }

  @Test("a pattern matches code points, not graphemes")
  func codePoints() throws {
    #expect(try words("e", in: "e\u{301}") == ["e"])
    #expect(try words("\\r", in: "\r\n") == ["\r"])
  }

  @Test("GPT-2's pattern gives the same matches as Foundation's engine")
  func oracle() throws {
    let source = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    let engine = try NSRegularExpression(pattern: source)
    for text in ["It's   we'll  123abc!?  \n\n x", "日本 語\t\t", "  a  ", "'sé..  7"] {
      let all = NSRange(location: 0, length: text.utf16.count)
      let found = engine.matches(in: text, range: all).map {
        String(text[Range($0.range, in: text)!])
      }
      #expect(try words(source, in: text) == found)
    }
  }

  @Test(
    "patterns that make backtracking engines hang end in less than 20 s of processor time",
    arguments: ["(?:a+)+b", "(?:a|a)+b", "(?:a|aa)+c", "a*?a*?a*?b", "a*b|a", "(?:a*b|c)?a"])
  func noHang(_ pattern: String) throws {
    let seconds = try processorSeconds {
      _ = try words(pattern, in: String(repeating: "a", count: 100_000))
    }
    #expect(seconds < 20)
  }

  @Test(
    "what the reader does not know it refuses",
    arguments: [
      "", "a*", "(?:a*)*", "(a", "a)", "[a", "[]", "[z-a]", "[[:alpha:]]", "[a&&b]", "a++", "^a",
      "a$", "\\1", "\\b", "\\p{Han}", "\\p{", "(?<=a)b", "a(?=b*)", "a{3,2}", "a{", "a{99999}",
      "(?:(?:a{900}){900})b", "*a", "\\", "\\x{110000}x", "\\uD800", "a|",
    ])
  func refused(_ pattern: String) {
    #expect(throws: TextPattern.Failure.self) { try TextPattern(pattern) }
  }

  @Test("a hundred thousand nested brackets are refused")
  func deep() {
    let deep = String(repeating: "(", count: 100_000)
    #expect(throws: TextPattern.Failure.self) { try TextPattern(deep) }
    let nested = String(repeating: "(?:", count: 500) + "a" + String(repeating: ")", count: 500)
    #expect(throws: TextPattern.Failure.self) { try TextPattern(nested) }
  }
}
