import Testing

@testable import Blackboard

/// Text, tables and bars at the widths of real terminals.
@Suite struct LayoutTests {
  let sentence = "A transformer reads a sequence of vectors, so the image is cut into squares."

  @Test("Wrapped text loses no word and is never wider than asked for", arguments: [1, 7, 40, 80])
  func wrapping(width: Int) {
    let lines = sentence.wrapped(to: width)
    #expect(lines.allSatisfy { $0.count <= width })
    let letters = lines.joined().filter { $0 != " " }
    #expect(letters == sentence.filter { $0 != " " })
  }

  @Test("Later lines hang, and words stay whole where they fit")
  func hanging() {
    let lines = "one two three four".wrapped(to: 10, hanging: 2)
    #expect(lines == ["one two", "  three", "  four"])
    #expect("abcdefgh".wrapped(to: 4, hanging: 1) == ["abcd", " efg", " h"])
    #expect("".wrapped(to: 10) == [])
  }

  @Test("A paragraph's line ends are spaces, an empty line parts paragraphs, a formula stays")
  func paragraphs() {
    let lines = "one\ntwo\n\n  y = W  x\nthree".paragraphs(width: 40)
    #expect(lines == ["one two", "", "  y = W  x", "three"])
    let narrow = "    a long formula".paragraphs(width: 16)
    #expect(narrow == ["    a long", "      formula"])
  }

  @Test("A table's numbers stand to the right, its words to the left")
  func table() {
    let table = TextTable(columns: ["bins", "word"], rows: [["4", "a"], ["256", "bc"]])
    #expect(table.lines(width: 40) == ["bins  word", "   4  a", " 256  bc"])
  }

  @Test("A table fits any terminal without losing a word", arguments: [20, 40, 60, 100])
  func tableFits(width: Int) {
    let table = TextTable(
      columns: ["tensor", "shape", "time"],
      rows: [
        ["patch words + positions", "[1, 64, 192]", "0.12 ms"],
        ["patches", "[1, 64, 192]", "10.12 ms"],
      ], notes: ["each place of the grid adds a vector of its own", "cut into squares"])
    let lines = table.lines(width: width)
    #expect(lines.allSatisfy { $0.count <= width })
    let text = lines.joined(separator: " ")
    for word in ["tensor", "positions", "[1, 64, 192]", "10.12", "squares", "grid"] {
      #expect(text.contains(word) || width == 20 && text.contains(word.prefix(4)))
    }
  }

  @Test("Shapes and notes stand beside each other where there is room")
  func notesBeside() {
    let table = TextTable(columns: ["tensor", "n"], rows: [["a", "1"]], notes: ["why"])
    #expect(table.lines(width: 40) == ["tensor  n", "a       1  why"])
    let long = TextTable(
      columns: ["tensor", "n"], rows: [["a", "1"]],
      notes: ["a remark that is too long for the rest"])
    #expect(
      long.lines(width: 30) == [
        "tensor  n", "a       1", "  a remark that is too long", "  for the rest",
      ])
  }

  @Test("Bars are as long as their numbers, and harmless numbers draw none")
  func bars() {
    #expect(BarChart.bar(1, room: 4) == "████")
    #expect(BarChart.bar(0.5, room: 3) == "█▌")
    #expect(BarChart.bar(7, room: 2) == "██")
    for value in [0, -1, Double.nan] { #expect(BarChart.bar(value, room: 4) == "") }
    let chart = BarChart(values: [("a very long label indeed", 1, "0.945 [0.90, 0.97]")])
    #expect(chart.lines(width: 40).allSatisfy { $0.count <= 40 })
  }

  @Test("Numbers have four digits that count")
  func numbers() {
    let shown = [0.00392156, 1.386294, 200, 0.5, 1e-7].map(Terminal.number)
    #expect(shown == ["0.003922", "1.386", "200", "0.5", "1.00e-07"])
    #expect(Terminal.number(.nan) == "nan")
  }

  @Test("Words, numbers and shapes stand in a table as a reader wants them")
  func cells() {
    let cells: [any TableCell] = ["a", 3, 0.123456, Float(2e-5), [1, 64]]
    #expect(cells.map(\.cell) == ["a", "3", "0.1235", "2.00e-05", "[1, 64]"])
    #expect(Terminal.signed(0.25) == "+0.250")
    #expect(Terminal.signed(Float(-1), digits: 1) == "-1.0")
  }
}
