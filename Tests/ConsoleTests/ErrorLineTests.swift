import Console
import Testing

/// What a program prints about an error, whatever the error quotes.
@Suite struct ErrorLineTests {
  @Test("a short message stays as it is")
  func short() {
    for text in ["", "out/é: no such file", "instruction is 312 tokens, this model reads 77 🤖"] {
      #expect(errorLine(text) == text)
    }
  }

  @Test("of a long message the beginning and the end are kept", arguments: [602, 5000, 1_000_000])
  func long(count: Int) {
    let line = errorLine("folder/" + String(repeating: "é", count: count - 7) + ": no such file")
    #expect(line.unicodeScalars.count == 601)
    #expect(line.hasPrefix("folder/é") && line.hasSuffix("é: no such file"))
    #expect(line.contains("…"))
  }

  @Test("line breaks and control characters do not reach the terminal")
  func controls() {
    #expect(errorLine("a\nb\r\nc\td\u{2028}e\u{B}f") == "a b  c d e\\u{b}f")
    #expect(errorLine("\u{1B}[31mred\u{202E}") == "\\u{1b}[31mred\\u{202e}")
    #expect(errorLines("Error: a\nUsage: b") == "Error: a\nUsage: b\n")
  }
}
