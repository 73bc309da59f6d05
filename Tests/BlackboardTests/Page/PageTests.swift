import Files
import Foundation
import Images
import Tensors
import Testing

@testable import Blackboard

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page made from a tiny lesson, read by a parser of XML.
@Suite struct PageTests {
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "nanovla-page-\(UUID().uuidString)")

  private static let hostile = #"a < b & "c" 'd' </p><script>"#

  /// A record of what a script with this source prints.
  private func record(_ source: String, _ parts: [(PagePart, Int)]) throws -> PageRecord {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appending(path: "script.swift")
    try Data(source.utf8).write(to: script)
    var record = try PageRecord(
      path: folder.appending(path: "page.html").path, script: script.path)
    for (part, line) in parts { record.append(part, line: line) }
    (record.readNext, record.tryThis) = (["A.swift"], ["change `x` " + Self.hostile])
    return record
  }

  private func page(_ record: PageRecord) -> Page {
    Page(
      kind: "Lesson 1", title: Self.hostile, opening: ["Idea.", Self.hostile], record: record,
      results: [("name", "1")], facts: "facts")
  }

  /// All elements of the page with their attributes and text; nil if it is not well-formed.
  private final class Elements: NSObject, XMLParserDelegate {
    struct Element { let name: String; let attributes: [String: String]; var text = "" }
    var all: [Element] = []
    private var open: [Int] = []
    init?(_ html: HTML) {
      super.init()
      let parser = XMLParser(data: Data(html.text.utf8))
      parser.delegate = self
      guard parser.parse() else { return nil }
    }
    func parser(
      _: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      open.append(all.count)
      all.append(Element(name: name, attributes: attributes))
    }
    func parser(
      _: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?
    ) { open.removeLast() }
    func parser(_: XMLParser, foundCharacters text: String) {
      for index in open { all[index].text += text }
    }
    func named(_ name: String) -> [Element] { all.filter { $0.name == name } }
  }

  private static let everyPart: [PagePart] = [
    .heading("H " + hostile), .prose(hostile + "\n\n  formula < 1\n\nend"),
    .table(columns: ["n", hostile], rows: [["1", hostile]]),
    .trace(
      title: hostile,
      TraceTable(ShapeTrace.recording { Tensor.zeros([1, 2]).traced(hostile, hostile) }.entries)),
    .bars(
      BarChart(
        title: hostile, axis: Axis(hostile, 0...1),
        values: [(hostile, 0.5, hostile), ("b", 2, "2")])),
    .chart(LineChart(hostile, x: hostile, y: hostile, [.init(hostile, [(0, 1), (1, 2)])])),
    .result(name: "r", value: "1", meaning: hostile),
    .knob(name: "k", value: "1", other: " (2)", meaning: hostile),
    .picture(RGBImage(width: 2, height: 3), description: hostile, caption: hostile),
  ]

  @Test("every part is there, well-formed, and its text is escaped")
  func everyPart() throws {
    let source = "setup()\n\nlesson.heading(x)\nlet y = \"</code><script>\"\nlesson.finish()"
    let record = try record(source, Self.everyPart.map { ($0, 3) })
    let elements = try #require(Elements(page(record).html))
    #expect(elements.named("script").isEmpty)
    #expect(elements.named("html")[0].attributes["lang"] == "en")
    #expect(elements.named("title")[0].text == "Lesson 1 · \(Self.hostile) · nanoVLA")
    #expect(elements.named("h1").map(\.text) == [Self.hostile])
    #expect(
      elements.named("h2").map(\.text)
        == ["Setup", "H " + Self.hostile, "Results", "Read next", "Try"])
    #expect(elements.named("p").contains { $0.text == Self.hostile })
    #expect(elements.named("pre").contains { $0.text == "  formula < 1" })
    #expect(elements.named("pre").contains { $0.text.contains("</code><script>") })
    #expect(elements.named("table").count == 4)  // table, trace, bars, results
    #expect(elements.named("th").allSatisfy { ["row", "col"].contains($0.attributes["scope"]) })
    #expect(elements.named("figure").count == 2)
    let image = elements.named("img")[0].attributes
    #expect(image["alt"] == Self.hostile)
    let data = try #require(image["src"]?.split(separator: ",").last.map(String.init))
    let png = try RGBImage(pngData: try #require(Data(base64Encoded: data)))
    #expect(png.width == 2 && png.height == 3)
    #expect(elements.named("code").contains { $0.text == "x" })  // of Try
  }

  @Test("headings form a hierarchy, every link has its target, and nothing is loaded")
  func structure() throws {
    let elements = try #require(Elements(page(try record("", Self.everyPart.map { ($0, 1) })).html))
    let levels = elements.all.compactMap {
      $0.name.wholeMatch(of: #/h([1-6])/#).flatMap { Int($0.1) }
    }
    #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
    let targets = Set(elements.all.compactMap { $0.attributes["id"] })
    let links = elements.named("a").compactMap { $0.attributes["href"] }
    #expect(!links.isEmpty && links.allSatisfy { targets.contains(String($0.dropFirst())) })
    let sources = elements.all.compactMap { $0.attributes["src"] }
    #expect(sources.allSatisfy { $0.hasPrefix("data:") })
    #expect(elements.named("link").isEmpty)
  }

  @Test("verdicts stand above the results, and a bar stands in front of its band")
  func bands() throws {
    var record = try record("", [])
    record.verdicts = ["1 of 2 are outside.", Self.hostile]
    let elements = try #require(Elements(page(record).html))
    let all = elements.all.map { ($0.name, $0.text) }
    let verdict = try #require(all.firstIndex { $0 == ("p", "1 of 2 are outside.") })
    #expect(all[verdict + 1] == ("p", Self.hostile))
    #expect(try #require(all.firstIndex { $0 == ("caption", "All results") }) > verdict)

    var chart = BarChart(
      title: "t", axis: Axis("x", 0...2), values: [("a", 1, "1"), ("b", 1, "1")])
    chart.bands = [Band(low: 0.5, high: 1.5), nil]
    let bars = try #require(Elements(chart.html))
    let styles = bars.named("div").compactMap { $0.attributes["style"] }
    #expect(styles == ["left:25.0%;width:50.0%", "width:50.0%", "width:50.0%"])
    #expect(bars.named("caption").map(\.text) == ["t; shaded: the band"])
  }

  @Test("what a function of an earlier cell prints belongs to the cell that is running")
  func cells() throws {
    let source = "// %% A\nfunc f() {}\n// %% B\nf()\n// %% C\nx()"
    let record = try record(
      source,
      [
        (.prose("a"), 2), (.heading("B"), 4), (.prose("of f"), 2), (.heading("More"), 4),
        (.prose("c"), 6),
      ])
    let sections = page(record).sections
    #expect(sections.map(\.title) == ["A", "B", "C"])
    #expect(sections.map(\.parts.count) == [1, 2, 1])  // a title is not repeated
    #expect(sections.map { $0.source?.firstLine } == [1, 3, 5])
  }

  @Test("a heading in a loop makes several sections, of which the first shows the source")
  func loop() throws {
    let source = "a\n\nfor x in y {\n  lesson.heading(x)\n}"
    let parts: [(PagePart, Int)] = [(.heading("1"), 4), (.prose("p"), 4), (.heading("2"), 4)]
    let sections = page(try record(source, parts)).sections
    #expect(sections.map(\.title) == ["Setup", "1", "2"])
    #expect(sections.map { $0.source == nil } == [false, false, true])
  }

  @Test("a chart without points, and with values that are not finite, is drawn")
  func emptyCharts() throws {
    let charts = [
      LineChart("t", x: "x", y: "y", []), LineChart("t", x: "x", y: "y", [.init("c", [])]),
      LineChart("t", x: "x", y: "y", [.init("c", [(.nan, 1), (1, .infinity), (2, 3)])]),
    ]
    for chart in charts {
      let elements = try #require(Elements(chart.html))
      #expect(elements.all.allSatisfy { !$0.attributes.values.contains { $0.contains("nan") } })
    }
  }

  @Test(
    "a path that is no page's is refused before the script runs",
    arguments: ["page.txt", "3", "", ".html/x", "--seed.html", "/nowhere/page.html"])
  func badPath(path: String) throws {
    #expect(throws: (any Error).self) { try PageRecord(path: path, script: #filePath) }
  }

  @Test("a folder of the page's name, and a missing source, are refused in one line")
  func refused() throws {
    let page = folder.appending(path: "a.html")
    try FileManager.default.createDirectory(at: page, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let asFolder = #expect(throws: FileWriteError.self) {
      try PageRecord(path: page.path, script: #filePath)
    }
    #expect(asFolder?.description.contains("a.html") == true)
    let missing = #expect(throws: FileReadError.self) {
      try PageRecord(path: page.path + "2.html", script: "/nowhere.swift")
    }
    #expect(missing?.description.contains("\n") == false)
  }
}
