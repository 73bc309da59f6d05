import Testing

@testable import Blackboard

@Suite struct TerminalTests {
  private let text =
    "A policy is judged by driving, for in the closed loop each action changes what is seen next.\n"
    + "\nSo errors compound: small ones lead to places that no demonstration shows."

  @Test(
    "text is broken between words and never wider than asked", arguments: [20, 39, 40, 41, 100])
  func wrapping(width: Int) {
    for indent in [0, 4] {
      let lines = Terminal.wrapped(text, width: width, indent: indent)
      let words = lines.joined(separator: " ").split(separator: " ")
      #expect(lines.allSatisfy { $0.count <= width })
      #expect(words == text.split { $0 == " " || $0 == "\n" })
    }
  }

  @Test("lines are as full as they can be, later ones indented, empty ones kept")
  func exactWrapping() {
    #expect(Terminal.wrapped("aaa bbb ccc", width: 7, indent: 2) == ["aaa bbb", "  ccc"])
    #expect(Terminal.wrapped("a\n\nb", width: 7) == ["a", "", "b"])
    #expect(Terminal.wrapped("", width: 7) == [""])
  }

  @Test("a table's lines never exceed the width, and cut ones say so", arguments: [20, 40, 80])
  func table(width: Int) {
    let rows = [["loss", "1.5", String(repeating: "x", count: 60)], ["success", "−12", "short"]]
    let lines = Terminal.table(columns: ["name", "value", "meaning"], rows: rows, width: width)
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count <= width })
    #expect((lines[1].last == "…") == (width < 80))
  }

  @Test("a table puts numbers to the right and words to the left")
  func alignment() {
    let lines = Terminal.table(
      columns: ["bin", "n"], rows: [["a", "5"], ["long", "125"]], width: 40)
    #expect(lines == ["bin     n", "a       5", "long  125"])
  }

  @Test(
    "numbers are shown with four digits that count",
    arguments: [
      (3.14159, "3.142"), (100, "100"), (0, "0"), (-2, "-2"), (0.5, "0.5"),
      (0.00012345, "1.23e-04"),
      (123456.7, "1.23e+05"), (1e300, "1.00e+300"), (Double.nan, "nan"), (Double.infinity, "inf"),
      (-Double.infinity, "-inf"), (999999, "999999"),
    ])
  func number(value: Double, text: String) {
    #expect(Terminal.number(value) == text)
  }
}
