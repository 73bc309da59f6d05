import Foundation
import Testing

/// `nanovla vlms`: the registry as a table.
@Suite struct VLMsCommandTests {
  private func run(_ arguments: String..., columns: Int = 80) throws -> Program.Result {
    try Program.product("nanovla").run(
      ["vlms"] + arguments, in: checkout, environment: ["COLUMNS": "\(columns)"])
  }

  @Test("the table names every VLM and fits the terminal", arguments: [40, 80, 200])
  func table(columns: Int) throws {
    let result = try run(columns: columns)
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0)
    #expect(lines.allSatisfy { $0.count <= columns })
    for name in [
      "llava", "openvla", "instructblip", "blip-2", "clip+gpt2", "llava-1.6", "vilt", "fastvlm",
      "rt-2", "closed",
    ] {
      #expect(result.output.contains(name))
    }
  }

  @Test("--json is a list of objects whose items sum to the score")
  func json() throws {
    let data = Data(try run("--json").output.utf8)
    let rows = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    #expect(rows.count >= 10)
    for row in rows {
      let items = try #require(row["items"] as? [[String: Any]])
      let sum = items.compactMap { $0["points"] as? Int }.reduce(0, +)
      #expect(row["score"] as? Int == sum)
      #expect(row["runs"] as? Bool == (row["family"] is String))
      #expect(row["strategy"] is String)
    }
  }

  @Test("one name shows what each point is for")
  func oneName() throws {
    let result = try run("LLaVA-1.5")
    #expect(result.status == 0)
    #expect(result.output.contains("87 (80–95, published range)"))
    #expect(result.output.contains("it was tuned to follow instructions"))
    let data = Data(try run("llava", "--json").output.utf8)
    let row = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(row?["name"] as? String == "llava")
  }

  @Test("a wrong name or dimension is one line on standard error")
  func wrong() throws {
    for result in [try run("llama"), try run("--action-dim", "0")] {
      #expect(result.status != 0)
      #expect(result.output.isEmpty)
      #expect(result.error.split(separator: "\n").count == 1)
    }
  }
}
