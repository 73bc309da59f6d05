import ArgumentParser
import Console
import Diagnosis
import Foundation
import NanoVLA
import Simulators

/// `nanovla data doctor`: looks for damage in a dataset.
struct DataDoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look for damage in demonstrations: what, and where.",
    discussion: """
      Frozen actions and states, jumps, zero spread, wrong ranges, duplicates, episodes of one step, \
      missing instructions, blank or identical images, a gripper that never changes, actions that \
      contradict the motion, layouts that are held out for evaluation. Exits with 1 if there is any.
      """)

  @Argument(help: "Folder of demonstrations, of the toy world or a robot; LeRobot or HDF5.")
  var dataset: String

  @Option(help: "Folder of demonstrations for evaluation: no layout may be in both.")
  var heldOut: String?

  @OptionGroup var foreign: ForeignOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  /// Lines of one kind.
  private static let limit = 10

  func run() throws {
    let source = try datasetSource(dataset, foreign.reading, python: foreign.python)
    let tabletop = (source as? TabletopEpisodes)?.demonstrations
    var findings = try tabletop.map { DataDoctor($0).findings } ?? source.findings()
    if let heldOut {
      let others = try datasetSource(heldOut, foreign.reading, python: foreign.python)
      findings += DataDoctor.overlap(
        source.episodes.map { ($0.task, $0.seed) }, others.episodes.map { ($0.task, $0.seed) })
    }
    let report = Report(
      episodes: source.episodes.count, steps: source.stepCount, findings: findings)
    if json {
      try printJSON(report)
    } else {
      for kind in DataFinding.Kind.allCases {
        let some = findings.filter { $0.kind == kind }
        for finding in some.prefix(Self.limit) {
          print("\(finding.place): \(kind.rawValue): \(oneLine(finding.text))")
        }
        if some.count > Self.limit {
          print("… and \(some.count - Self.limit) more: \(kind.rawValue)")
        }
      }
      func count(_ n: Int, _ noun: String) -> String { "\(n) \(noun)\(n == 1 ? "" : "s")" }
      print(
        "\(count(report.episodes, "episode")), \(count(report.steps, "step")): "
          + (findings.isEmpty ? "no damage" : count(findings.count, "finding")))
    }
    guard findings.isEmpty else {
      Console.flush()
      Foundation.exit(1)
    }
  }

  private struct Report: Encodable {
    let episodes, steps: Int
    let findings: [DataFinding]
  }
}
