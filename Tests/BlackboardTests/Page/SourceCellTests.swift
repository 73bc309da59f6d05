import Testing

@testable import Blackboard

@Suite struct SourceCellTests {
  @Test("a notebook's cells have their title, prose and code without the common indentation")
  func notebook() {
    let cells = SourceCell.cells(
      of: """
        // What it is.
        import A

        // %% First title
        // Prose of
        // two lines
        //
        //     a formula
        let a = 1

          // %% Second
          if a {
            f()
          }

        """)
    #expect(cells.map(\.title) == ["", "First title", "Second"])
    #expect(cells.map(\.firstLine) == [1, 4, 11])
    #expect(cells[0].code == "// What it is.\nimport A")
    #expect(cells[1].prose == "Prose of\ntwo lines\n\n    a formula")
    #expect(cells[1].code == "let a = 1")
    #expect(cells[1].lineCount == 6)
    #expect(cells[2].code == "if a {\n  f()\n}")
  }

  @Test("a lesson's cells begin with the paragraph that prints a heading, and end before finish")
  func lesson() {
    let cells = SourceCell.cells(
      of: """
        import A

        run { lesson in
          let first = 1
          lesson.heading("One")
          say()

          for x in y {
            lesson.heading("Two")
            lesson.heading("Three")
          }

          lesson.finish(
            readNext: [])
        }
        """)
    #expect(cells.map(\.firstLine) == [1, 3, 8, 10])
    #expect(cells[0].code == "import A")
    #expect(cells[1].code.hasPrefix("run { lesson in\n  let first = 1"))
    #expect(cells[2].code.contains("Two") && !cells[2].code.contains("Three"))
    #expect(cells[3].code.contains("Three") && !cells[3].code.contains("finish"))
  }

  @Test(
    "a comment that only resembles a title is code",
    arguments: ["// %%title", "//%% title", "let s = \"// %% a\"", "/// %% a"])
  func noTitle(line: String) {
    let cells = SourceCell.cells(of: line + "\n")
    #expect(cells.count == 1)
    #expect(cells[0].title == "" && cells[0].code == line)
  }

  @Test(
    "a title at the first line or at the last, an empty source and Windows line ends are no problem"
  )
  func edges() {
    #expect(SourceCell.cells(of: "").map(\.isEmpty) == [true])
    #expect(SourceCell.cells(of: "// %% A\nx").map(\.title) == ["A"])
    let last = SourceCell.cells(of: "x\r\n// %% A\r\n// p\r\n")
    #expect(last.map(\.title) == ["", "A"] && last[1].prose == "p" && last[0].code == "x")
    #expect(SourceCell.cells(of: "x\n// %%").map(\.title) == ["", ""])
  }
}
