import ArgumentParser
import Blackboard
import Files
import Foundation
import VLMs

/// `nanovla inspect`: summarizes a checkpoint from its headers alone.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Summarize a checkpoint: family, sizes, layers, tokenizer, images, statistics.",
    discussion: """
      The command reads headers and configuration files but no weights, so a model of 15 GB takes \
      a second or two. {N} stands for the index of a block.
      """)

  @Argument(help: "Folder of a downloaded checkpoint: config.json, *.safetensors, …")
  var folder: String

  @Flag(help: "Print one JSON object on one line.")
  var json = false

  func run() throws {
    let summary = try CheckpointSummary(folder: URL(fileURLWithPath: folder))
    if json { return try printJSON(summary) }
    let facts = facts(of: summary)
    let width = Terminal.columns()
    TextTable(columns: ["checkpoint", oneLine(folder)], rows: facts)
      .lines(width: width).forEach { print($0) }
    print()
    layerTable(summary.layers, width: width).forEach { print($0) }
  }

  /// One row for each group of tensors. If a row is wider than the terminal, its facts stand on a
  /// second line.
  private func layerTable(_ layers: [LayerGroup], width: Int) -> [String] {
    let rows = layers.map { layer in
      [
        layer.name, "\(layer.tensors)", "\(layer.shape)", layer.dataType, grouped(layer.numbers),
        size(layer.bytes),
      ]
    }
    let table = TextTable(
      columns: ["tensor", "count", "shape", "type", "numbers", "bytes"], rows: rows
    ).lines(width: 500)
    if table.allSatisfy({ $0.count <= width }) { return table }
    return TextTable(
      columns: ["tensor"], rows: rows.map { [$0[0]] },
      notes: rows.map { "\($0[1]) × \($0[2]) \($0[3]), \($0[4]) numbers, \($0[5])" }
    ).lines(width: width)
  }

  private func facts(of summary: CheckpointSummary) -> [[String]] {
    var facts = [
      ["family", summary.family],
      ["model type", summary.modelTypes.map(oneLine).joined(separator: ", ")],
      ["parameters", grouped(summary.parameters)],
    ]
    for type in summary.dataTypes {
      facts.append([
        "stored as \(type.name)",
        "\(type.tensors) tensors of \(grouped(type.numbers)) numbers, \(size(type.bytes))",
      ])
    }
    facts.append([
      "memory to run",
      "\(size(summary.weightBytes)) for the weights, kept as stored, and the key-value cache",
    ])
    if let tokenizer = summary.tokenizer {
      facts.append(["tokenizer", "\(tokenizer.kind), \(grouped(tokenizer.vocabularySize)) tokens"])
    }
    if let image = summary.image {
      var size = ""
      if let width = image.width, let height = image.height {
        size = "\(width)×\(height) pixels, "
      }
      let towers = image.normalizations > 1 ? ", for \(image.normalizations) vision towers" : ""
      facts.append(["images", "\(size)\(image.fit), \(image.filter)\(towers)"])
    }
    for statistics in summary.statistics {
      facts.append([
        "action statistics",
        "\(oneLine(statistics.key)): \(statistics.dimensions) dimensions, "
          + "\(grouped(statistics.trajectories)) trajectories",
      ])
    }
    if let refusal = summary.refusal { facts.append(["cannot run", oneLine(refusal)]) }
    facts += [("unused tensors", summary.unusedTensors), ("unread keys", summary.unreadKeys)]
      .filter { !$0.1.isEmpty }.map { [$0, list($1)] }
    return facts + summary.notes.map { ["note", oneLine($0)] }
  }

  /// The first names of a list, in one line.
  private func list(_ names: [String]) -> String {
    let more = names.count > 8 ? " and \(names.count - 8) more" : ""
    return names.prefix(8).map(oneLine).joined(separator: ", ") + more
  }
}
