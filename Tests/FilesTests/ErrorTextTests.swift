import Testing

@testable import Files

@Suite("Words of a file in an error") struct ErrorTextTests {
  @Test("a key, a text and a path are one bounded line, whatever they hold")
  func bounded() {
    let accents = "e" + String(repeating: "\u{301}", count: 1_000_000)
    let texts = [
      accents, String(repeating: "x", count: 5000), String(repeating: "👩‍👩‍👧‍👦", count: 5000),
      "a\nb\r\nc\u{2028}d\u{85}e\u{B}f", "\u{1B}[31mred\u{1B}[0m\u{7}\u{202E}",
    ]
    for text in texts {
      for (shown, limit) in [(brief(text), 120), (oneLine(text), 400), (briefPath(text), 300)] {
        #expect(shown.unicodeScalars.count <= limit)
        let lines = shown.split(whereSeparator: \.isNewline)
        #expect(lines.count == 1)
        #expect(!shown.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
      }
    }
  }

  @Test("ordinary text stays; of a long name and a long path both ends are shown")
  func ordinary() {
    let name = "model.layers.1." + String(repeating: "inner.", count: 50) + "q_proj.weight"
    #expect(brief(name).hasPrefix("model.layers.1.inner."))
    #expect(brief(name).hasSuffix("inner.q_proj.weight") && brief(name).contains("…"))
    #expect(brief("text_config\n.größe") == "text_config.größe")
    #expect(oneLine("one\n\ntwo\tthree") == "one two three")
    #expect(briefPath("/models/llava 1.5/config.json") == "/models/llava 1.5/config.json")
    let path = "/start/" + String(repeating: "folder/", count: 700) + "config.json"
    #expect(briefPath(path).hasPrefix("/start/folder/"))
    #expect(briefPath(path).hasSuffix("/config.json") && briefPath(path).contains("…"))
  }
}
