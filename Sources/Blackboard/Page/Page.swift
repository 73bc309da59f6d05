/// A lesson or notebook as one page of HTML: prose, source and output of each section in order.
///
/// It needs no other file and no network, which its security policy tells the browser too: styles,
/// pictures and drawings are inside. It is well-formed as XML as well, so that any reader of XML
/// can check it. Without styles the sections are still in order, and each table and figure has its
/// name.
///
/// - Reference: W3C, "Web Content Accessibility Guidelines 2.2", 1.1.1, 1.3.1, 1.4.3, 1.4.10.
struct Page {
  /// "Lesson 3" or "Notebook".
  let kind: String
  let title: String
  /// Paragraphs below the title.
  let opening: [String]
  let record: PageRecord
  /// Every number that the script has kept.
  let results: [(name: String, value: String)]
  /// The source, the time and the seed.
  let facts: String

  /// A heading with what belongs to it.
  struct Section {
    var title: String
    var source: SourceCell?
    var parts: [PagePart] = []
  }

  var html: HTML {
    let sections = self.sections
    let closing = self.closing
    let titles = sections.map(\.title) + closing.map(\.title)
    let links = titles.enumerated().map { index, title -> HTML in
      "<li><a href=\"#s\(index)\">\(title)</a></li>\n"
    }
    let bodies =
      sections.map(body(of:)) + closing.map(\.body)
    let all = zip(titles, bodies).enumerated().map { index, section -> HTML in
      """
      <section aria-labelledby="s\(index)">
      <h2 id="s\(index)">\(section.0)</h2>
      \(section.1)</section>

      """
    }
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
      <title>\(kind) · \(title) · nanoVLA</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <header>
      <p class="kind">nanoVLA · \(kind)</p>
      <h1>\(title)</h1>
      <div class="opening">\(opening.map { PagePart.paragraphs($0) })</div>
      <p class="facts">\(facts)</p>
      </header>
      <nav aria-label="Sections"><ol>
      \(links)</ol></nav>
      <main>
      \(all)</main>
      </body>
      </html>

      """
  }
}
