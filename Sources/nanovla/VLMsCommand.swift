import ArgumentParser
import Blackboard
import Files
import Foundation
import Tabletop
import VLMs

/// `nanovla vlms`: the registry as a table.
struct VLMsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vlms",
    abstract: "List the VLMs: how well each suits a robot, how to train it, and what runs.",
    discussion: """
      The score counts what a VLM has learned already of what a robot policy needs, by its \
      capabilities alone; give a name to see what each point is for: nanovla vlms llava
      """)

  @Argument(help: "Just this one, with the reasons of its score.")
  var name: String?

  @Option(help: "Dimensions of the robot's actions.")
  var actionDim = 7

  @Flag(help: "Print JSON on one line: a list of all, or one object if a name is given.")
  var json = false

  func run() throws {
    let registry = VLMRegistry.shared
    if let name {
      let row = try Row(registry.entry(for: name), registry, actionDim: actionDim)
      return json ? try printJSON(row) : show(row)
    }
    let rows = try registry.all.map { try Row($0, registry, actionDim: actionDim) }
    if json { return try printJSON(rows) }
    TextTable(
      columns: ["name", "family", "kind", "score", "strategy", "what runs"],
      rows: rows.map {
        [$0.name, $0.family ?? "–", $0.kind, "\($0.score)", $0.strategy, $0.whatRuns]
      }
    ).lines(width: Terminal.columns()).forEach { print($0) }
  }

  private func show(_ row: Row) {
    let bounds = row.quotedBand.map { "\($0[0])–\($0[1]), as quoted" } ?? "none quoted"
    let rows = [
      ["aliases", row.aliases.joined(separator: ", ")], ["family", row.family ?? "–"],
      ["kind", row.kind], ["score", "\(row.score) (\(bounds))"], ["strategy", row.strategy],
      ["what runs", row.whatRuns],
    ]
    let points = row.items.map { ["\($0.points)", $0.reason] }
    let width = Terminal.columns()
    TextTable(columns: ["VLM", row.name], rows: rows).lines(width: width).forEach { print($0) }
    print()
    TextTable(columns: ["points", "for"], rows: points).lines(width: width).forEach { print($0) }
  }
}

/// One VLM as both the table and `--json` show it.
private struct Row: Encodable {
  let name: String
  let aliases: [String]
  let family: String?
  let kind: String
  let score: Int
  let quotedBand: [Int]?
  let strategy: String
  let runs: Bool
  let whatRuns: String
  let items: [CompatibilityReport.Item]

  init(_ entry: VLMEntry, _ registry: VLMRegistry, actionDim: Int) throws {
    let report = try registry.checkCompatibility(entry.name, actionDim: actionDim)
    (name, aliases, family) = (entry.name, entry.aliases, entry.family?.name)
    (kind, score, items) = (report.kind.rawValue, report.score, report.items)
    quotedBand = report.quotedBand.map { [$0.lowerBound, $0.upperBound] }
    strategy = report.strategy.rawValue
    runs = entry.runs
    let state = entry.runs ? "weights, nano" : "planned"
    whatRuns = entry.note.isEmpty ? state : entry.note
  }
}
