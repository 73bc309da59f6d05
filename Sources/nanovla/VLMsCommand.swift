import ArgumentParser
import Blackboard
import Files
import Foundation
import Tabletop
import VLMs

/// `nanovla vlms`: prints the VLM registry as a table.
struct VLMsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vlms",
    abstract: "List VLMs: compatibility score, transfer strategy, and what runs.",
    discussion: """
      The score rates a VLM's capabilities by what a robot policy needs. To see how the points are \
      awarded, give a name: nanovla vlms llava
      """)

  @Argument(help: "Show only this VLM, with the reasons for its score.")
  var name: String?

  @Option(help: "Dimensions of the robot's actions.")
  var actionDim = 7

  @Flag(help: "Print one line of JSON: a list of all VLMs, or one object if a name is given.")
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
    let bounds = row.quotedBand.map { "\($0[0])–\($0[1]), published range" } ?? "no published range"
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

/// One VLM, as the table and `--json` show it.
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
