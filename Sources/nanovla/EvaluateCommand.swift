import ArgumentParser
import Blackboard
import Files
import Foundation
import NanoVLA
import Runs
import Tabletop

/// `nanovla evaluate`: how often a policy succeeds, where it fails, and whether it looks and
/// listens.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a policy, or compare two, by driving the arm on layouts they never saw.",
    discussion: """
      The policy is a folder as nanovla rl leaves it, in run/start and run/policy:

        nanovla evaluate --policy run/policy --against run/start --sheet sheet.png

      With --against both drive from the same starts. Two controls tell whether the policy uses \
      its inputs: a blank image, and another instruction for the same scene.
      """)

  @Option(help: "The folder of the policy to measure.")
  var policy: String

  @Option(help: "The folder of a policy to compare it with.")
  var against: String?

  @Option(
    help: "tabletop_object, _spatial, _goal, _long or _obstacle (as it was trained on).")
  var dataset: String?

  @Option(help: "Layouts to try.")
  var episodes = 200

  @Option(help: "The first layout's seed; held-out layouts begin at 1000000.")
  var firstSeed = Suite.firstHeldOutSeed

  @Option(help: "A PNG to write: successes and failures, or where the two policies differ.")
  var sheet: String?

  @Flag(inversion: .prefixedNo, help: "Blank image and other instruction.")
  var controls = true

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    try checkNumbers()
    let folders = ([policy] + (against.map { [$0] } ?? [])).map(PolicyFolder.init)
    let suite = try suite(of: folders)
    let policies = try folders.map { try $0.policy(dataset: dataset) }
    try sheet.map { try checkWritable($0) }

    let seeds = firstSeed..<firstSeed + UInt64(episodes)
    var driving = EvaluationDriving(
      suite: suite, seeds: seeds, runs: folders.count * (controls ? 3 : 1))
    var measured: [[ClosedLoop.Episode]] = []
    var report = EvaluationReport(
      suite: "tabletop_\(suite.rawValue)", firstSeed: firstSeed, episodes: episodes,
      layoutsAreHeldOut: Suite.firstHeldOutSeed <= firstSeed
        && seeds.upperBound <= Suite.firstPretrainingSeed,
      horizonSteps: suite.horizon, policies: [])
    for (folder, policy) in zip(folders, policies) {
      let driven = try driving.drive(policy)
      var part = PolicyReport(folder.path, policy, suite, driven)
      if controls {
        part.controls = .init(
          blank: try driving.drive(policy, control: .blankImage),
          other: try driving.drive(policy, control: .otherInstruction))
      }
      measured.append(driven)
      report.policies.append(part)
    }
    if measured.count == 2 {
      let outcomes = measured.map { $0.map { $0.ending == .success } }
      report.comparison = .init(PairedComparison(outcomes[0], outcomes[1]))
    }
    if let sheet {
      report.sheet = try EvaluationSheet(of: measured)
        .write(to: URL(fileURLWithPath: sheet), policies, driving)
    }
    if json { return try printJSON(report) }
    report.lines(width: Terminal.columns()).forEach { print($0) }
  }

  private func checkNumbers() throws {
    guard 1...100_000 ~= episodes else {
      throw RequestError("--episodes must be 1 to 100000, not \(episodes)")
    }
    guard firstSeed <= UInt64.max - UInt64(episodes) else {
      throw RequestError("--first-seed \(firstSeed) leaves no room for \(episodes) layouts")
    }
  }

  /// What `--dataset` names, or else the one data set whose statistics all the folders hold.
  private func suite(of folders: [PolicyFolder]) throws -> Suite {
    if let dataset { return try Suite(dataset: dataset) }
    let all = try folders.map { try $0.datasets() }
    guard Set(all).count == 1, all[0].count == 1 else {
      let known = all.map { $0.joined(separator: ", ") }.joined(separator: " and ")
      throw RequestError("trained on \(known): choose a suite by --dataset")
    }
    return try Suite(dataset: all[0][0])
  }

  /// A picture that cannot be written is found out now, not after the driving.
  private func checkWritable(_ file: String) throws {
    let parent = URL(fileURLWithPath: file).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
      throw RequestError("--sheet \(file) is a folder: name a file in it")
    }
    guard FileManager.default.isWritableFile(atPath: parent) else {
      throw RequestError("--sheet \(file): cannot write into \(parent)")
    }
  }
}
