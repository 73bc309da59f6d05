import Foundation
import Testing

@testable import Blackboard

@Suite struct HTMLTests {
  @Test("text in a literal is escaped, in elements and attributes alike")
  func escaping() {
    let text = #"<b class="x">&'"#
    let html: HTML = "<p title=\"\(text)\">\(text)</p>"
    let escaped = "&lt;b class=&quot;x&quot;&gt;&amp;&#39;"
    #expect(html.text == "<p title=\"\(escaped)\">\(escaped)</p>")
  }

  @Test("HTML in a literal stays as it is, alone and in a list")
  func nesting() {
    let cell: HTML = "<td>1</td>"
    #expect(
      ("<tr>\(cell)\([cell, cell])</tr>" as HTML).text == "<tr><td>1</td><td>1</td><td>1</td></tr>")
  }

  @Test(
    "characters that HTML forbids become a replacement", arguments: ["\u{0}", "\u{1B}", "\u{7F}"])
  func control(character: String) {
    #expect(HTML(escaping: "a\(character)b").text == "a\u{FFFD}b")
  }

  @Test("line breaks, tabs, and characters beyond ASCII stay")
  func kept() { #expect(HTML(escaping: "ä\n\t→ 𝄞").text == "ä\n\t→ 𝄞") }

  /// The text between the tags, with its entities resolved: by another way than the escaping.
  private func text(of html: HTML) -> String {
    html.text.replacing(#/<[^>]*>/#, with: "").replacing("&lt;", with: "<")
      .replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
      .replacing("&amp;", with: "&")
  }

  @Test("the highlighter keeps the source, character for character")
  func highlighterKeepsSource() throws {
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    for folder in ["Lessons", "Notebooks-as-scripts"] {
      let folder = checkout.appending(path: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      for name in names where name.hasSuffix(".swift") {
        let source = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        #expect(text(of: SwiftHighlighter.html(of: source)) == source, "\(name)")
      }
    }
  }

  @Test(
    "the highlighter survives a source that ends anywhere",
    arguments: [
      "let x = \"a", "\"\\(", "\"\"\"\nabc", "#", "#\"a\"", "/* never", "// end", "1.", "\"\\",
      "\"\\(\"",
    ])
  func highlighterAtTheEnd(source: String) {
    #expect(text(of: SwiftHighlighter.html(of: source)) == source)
  }

  @Test("comments, strings with interpolations, numbers, keywords and types have their class")
  func highlighterClasses() {
    let html = SwiftHighlighter.html(of: #"let x: Int = f("a\(g("b)"))c", .init(0.5)) // if"#).text
    #expect(html.contains(#"<span class="keyword">let</span>"#))
    #expect(html.contains(#"<span class="type">Int</span>"#))
    #expect(html.contains(#"<span class="string">&quot;a\(g(&quot;b)&quot;))c&quot;</span>"#))
    #expect(html.contains(#"<span class="number">0.5</span>"#))
    #expect(html.contains(#".init("#))  // a member, not a keyword
    #expect(html.hasSuffix(#"<span class="comment">// if</span>"#))
  }
}
