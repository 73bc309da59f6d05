import ArgumentParser
import Console
import Diagnosis
import Files
import Foundation
import Images
import NanoVLA
import Runs
import Tabletop

/// `nanovla diagnose`: finds what is wrong with a policy.
struct DiagnoseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Find what is wrong with a policy, from its behavior.",
    discussion: """
      Climbs a ladder from the demonstrations to the closed loop and stops at the first rung that \
      fails; names the most likely cause and what to look at next:

        nanovla diagnose run --dataset demonstrations --plot plot.png

      Without --dataset, the demonstrations of the policy's recipe are recorded again. Exits with 1 \
      if there is a fault; too few demonstrations are none.
      """)

  @Argument(help: "Folder of the policy.")
  var policy: String

  @Option(help: "Folder of demonstrations, or tabletop_object, _spatial, _goal, … (the policy's).")
  var dataset: String?

  @Option(help: "Actions of a chunk that are executed before the policy observes again (all).")
  var horizon: Int?

  @Option(help: "Episodes of each closed-loop rung.")
  var episodes = 40

  @Option(help: "PNG file to write: predicted against demonstrated actions.")
  var plot: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard 10...10_000 ~= episodes else {
      throw RequestError("--episodes must be 10 to 10000, not \(episodes)")
    }
    try plot.map { try URL(fileURLWithPath: $0).checkWritable() }
    let report = try report()
    try json ? printJSON(report) : report.lines.forEach { print($0) }
    guard report.verdict != .fault else {
      Console.flush()
      Foundation.exit(1)
    }
  }

  private func report() throws -> DiagnosisReport {
    let folder = PolicyFolder(path: policy)
    let url = URL(fileURLWithPath: policy)
    guard folder.exists else {
      throw RequestError("\(briefPath(policy)) holds no policy: nanovla train writes one")
    }
    let named = try demonstrations()
    let loaded: VLA
    do { loaded = try folder.policy(dataset: named.suite?.dataset) } catch {
      if let keys = try? folder.datasets(), keys.count > 1, named.suite == nil { throw error }
      return DiagnosisReport(unreadable: url, error)
    }
    if let key = try folder.datasets().first, dataset == nil, (try? Suite(dataset: key)) == nil {
      return DiagnosisReport(
        unreadable: .wrongStatistics, "the statistics' key is \(key), no dataset of this world")
    }
    let demonstrations = try named.demonstrations ?? recorded(for: loaded, named.suite)
    if let horizon, !(1...loaded.head.chunk ~= horizon) {
      throw RequestError("--horizon must be 1 to \(loaded.head.chunk), the chunk, not \(horizon)")
    }
    if let plot {
      try OpenLoopPlot(loaded, demonstrations).image.writePNG(to: URL(fileURLWithPath: plot))
    }
    var diagnosis = Diagnosis(loaded, on: demonstrations, executionHorizon: horizon)
    diagnosis.episodes = episodes
    let isTerminal = isatty(STDERR_FILENO) == 1
    defer { if isTerminal { Console.standardError("\r\u{1b}[K") } }
    return try diagnosis { if isTerminal { Console.standardError("\r\u{1b}[K\($0) …") } }
  }

  /// What `--dataset` names: a folder of demonstrations, or a suite.
  private func demonstrations() throws -> (suite: Suite?, demonstrations: [Demonstration]?) {
    guard let dataset else { return (nil, nil) }
    let folder = URL(fileURLWithPath: dataset)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      return (try Suite(dataset: dataset), nil)
    }
    let found = try DemonstrationDataset(contentsOf: folder).demonstrations
    return (found[0].suite, found)
  }

  /// The demonstrations of the recipe that the policy was most likely trained by.
  private func recorded(for loaded: VLA, _ suite: Suite?) throws -> [Demonstration] {
    let keys = try PolicyFolder(path: policy).datasets()
    let suite = try suite ?? Suite(dataset: keys.first ?? "")
    let count = min(max(loaded.statistics.trajectories, 10), 200)
    let recipe = CloningRecipe(for: suite, demonstrations: count)
    return try DemonstrationDataset.generate(
      suite: suite, count: count, noise: recipe.noise, flips: recipe.flips,
      imageSize: loaded.backbone.imageSize ?? 64
    ).demonstrations
  }
}
