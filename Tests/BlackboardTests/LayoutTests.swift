import Testing

@testable import Blackboard

/// Text and tables at the widths of real terminals.
@Suite struct LayoutTests {
  let sentence = "A transformer reads a sequence of vectors, so the image is cut into squares."

  @Test("Wrapped text keeps every word within the width", arguments: [1, 7, 40, 80])
  func wrapping(width: Int) {
    let lines = sentence.wrapped(to: width)
    #expect(lines.allSatisfy { $0.count <= width })
    let letters = lines.joined().filter { $0 != " " }
    #expect(letters == sentence.filter { $0 != " " })
  }

  @Test("A missing value is an empty cell")
  func missing() {
    #expect((nil as Double?).cell == "")
    #expect((0.5 as Double?).cell == "0.5")
  }

  @Test("Later lines are indented, and words that fit stay whole")
  func hanging() {
    let lines = "one two three four".wrapped(to: 10, hanging: 2)
    #expect(lines == ["one two", "  three", "  four"])
    #expect("abcdefgh".wrapped(to: 4, hanging: 1) == ["abcd", " efg", " h"])
    #expect("".wrapped(to: 10) == [])
  }

  @Test("A line break in a paragraph is a space, an empty line separates, a formula keeps its line")
  func paragraphs() {
    let lines = "one\ntwo\n\n  y = W  x\nthree".paragraphs(width: 40)
    #expect(lines == ["one two", "", "  y = W  x", "three"])
    let narrow = "    a long formula".paragraphs(width: 16)
    #expect(narrow == ["    a long", "      formula"])
  }

  @Test("A table aligns numbers at the right and text at the left")
  func table() {
    let table = TextTable(columns: ["bins", "word"], rows: [["4", "a"], ["256", "bc"]])
    #expect(table.lines(width: 40) == ["bins  word", "   4  a", " 256  bc"])
  }

  @Test("A table keeps every word within the width", arguments: [20, 40, 60, 100])
  func tableFits(width: Int) {
    let table = TextTable(
      columns: ["tensor", "shape", "time"],
      rows: [
        ["patch tokens + positions", "[1, 64, 192]", "0.12 ms"],
        ["patches", "[1, 64, 192]", "10.12 ms"],
      ], notes: ["each place of the grid adds a vector of its own", "cut into squares"])
    let lines = table.lines(width: width)
    #expect(lines.allSatisfy { $0.count <= width })
    let text = lines.joined(separator: " ")
    for word in ["tensor", "positions", "[1, 64, 192]", "10.12", "squares", "grid"] {
      #expect(text.contains(word) || width == 20 && text.contains(word.prefix(4)))
    }
  }

  @Test("Notes are beside their row where there is room, otherwise below it")
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

  @Test("Numbers have four significant digits")
  func numbers() {
    let shown = [0.00392156, 1.386294, 200, 0.5, 1e-7].map(Terminal.number)
    #expect(shown == ["0.003922", "1.386", "200", "0.5", "1.00e-07"])
    #expect(Terminal.number(.nan) == "nan")
  }

  @Test("Text, numbers and shapes are formatted in a table")
  func cells() {
    let cells: [any TableCell] = ["a", 3, 0.123456, Float(2e-5), [1, 64]]
    #expect(cells.map(\.cell) == ["a", "3", "0.1235", "2.00e-05", "[1, 64]"])
    #expect(Terminal.signed(0.25) == "+0.250")
    #expect(Terminal.signed(Float(-1), digits: 1) == "-1.0")
  }
}
