import ArgumentParser
import Blackboard
import Console
import Files
import Foundation
import NanoVLA
import Runs
import Tabletop

/// `nanovla evaluate`: measures how often a policy succeeds, how its failures end, and whether it uses
/// the image and the instruction.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a policy, or compare two, by rollouts on held-out layouts.",
    discussion: """
      The policy is a folder that nanovla train or nanovla rl wrote (run/start and run/policy):

        nanovla evaluate --policy run/policy --against run/start --sheet sheet.png

      With --against, both policies start from the same initial states. Two controls test whether \
      the policy uses its inputs: a blank image, and another instruction for the same scene.

      In a simulator, with as many held-out layouts of each task:

        nanovla evaluate --policy run --environment metaworld:reach-v3,door-open-v3 --episodes 100 \\
          --python VENV/bin/python

      A real world does not wait for a policy. With --delay the chunk that is predicted from an \
      observation arrives some steps later, and --execution says what the robot does until then: \
      stand still, go on with the old chunk, or that and blend the new chunk with it.
      """)

  @Option(help: "Folder of the policy to measure.")
  var policy: String

  @Option(help: "Folder of a second policy to compare it with.")
  var against: String?

  @Option(
    help: "tabletop_object, _spatial, _goal, _long, _obstacle or _belt (the policy's dataset).")
  var dataset: String?

  @Option(help: "Number of layouts, one episode each.")
  var episodes = 200

  @Option(help: "Seed of the first layout; held-out layouts start at 1000000.")
  var firstSeed = Suite.firstHeldOutSeed

  @OptionGroup var timing: EvaluationTiming

  @OptionGroup var sampling: EvaluationSampling

  @Option(help: "PNG file to write: successes and failures, or where two policies differ.")
  var sheet: String?

  @Flag(inversion: .prefixedNo, help: "Run the two controls: blank image, other instruction.")
  var controls = true

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup(title: "Simulator") var simulator: SimulatorOptions

  func run() throws {
    try checkNumbers()
    let folders = ([policy] + (against.map { [$0] } ?? [])).map(PolicyFolder.init)
    let (policies, world) = try loaded(folders)
    for policy in policies {
      try timing.check(policy)
      try sampling.apply(to: policy)
    }
    try sheet.map { try URL(fileURLWithPath: $0).checkWritable() }

    var rollouts = EvaluationRollouts(
      in: world, runs: folders.count * (controls ? 3 : 1), timing: timing)
    var measured: [[Episode]] = []
    var report = EvaluationReport(world, timing, sampling)
    for (folder, policy) in zip(folders, policies) {
      let episodes = try rollouts.run(policy)
      var part = PolicyReport(
        folder.path, executionHorizon: timing.executionHorizon(of: policy), world, episodes)
      if controls {
        part.controls = .init(
          blank: try rollouts.run(policy, control: .blankImage),
          other: try rollouts.run(policy, control: .otherInstruction), in: world)
      }
      measured.append(episodes)
      report.policies.append(part)
    }
    if measured.count == 2 {
      let outcomes = measured.map { $0.map { $0.ending.isSuccess } }
      report.comparison = .init(PairedComparison(outcomes[0], outcomes[1]))
    }
    if let sheet {
      report.sheet = try EvaluationSheet(of: measured)
        .write(to: URL(fileURLWithPath: sheet), policies, rollouts)
    }
    world.simulator?.reportRestarts()
    if json { return try printJSON(report) }
    report.lines(width: Terminal.columns()).forEach { print($0) }
  }

  /// The policies, and where they are evaluated.
  private func loaded(_ folders: [PolicyFolder]) throws -> ([VLA], EvaluationWorld) {
    if simulator.environment != nil {
      guard firstSeed == Suite.firstHeldOutSeed else {
        throw RequestError("--first-seed applies only to the tabletop: omit it")
      }
      return try loadedForSimulator(folders)
    }
    _ = try simulator.settings()
    let suite = try suite(of: folders)
    let policies = try folders.map { try $0.policy(dataset: dataset) }
    let trained = policies.map(\.statistics.trajectories).max() ?? 0
    if firstSeed < UInt64(max(0, trained)) {
      // Demonstrations count up from layout 0.
      Console.standardError(
        "Warning: the policy was trained on \(trained) layouts from 0 on, and is driven from "
          + "\(firstSeed) on: success there says little; omit --first-seed for held-out layouts\n")
    }
    return (policies, EvaluationWorld(suite, first: firstSeed, episodes: episodes))
  }

  private func checkNumbers() throws {
    guard 1...100_000 ~= episodes else {
      throw RequestError("--episodes must be 1 to 100000, not \(episodes)")
    }
    guard firstSeed <= UInt64.max - UInt64(episodes) else {
      throw RequestError("--first-seed \(firstSeed) leaves no seeds for \(episodes) layouts")
    }
  }

  /// The suite that `--dataset` names, or else the one dataset whose statistics all folders hold.
  private func suite(of folders: [PolicyFolder]) throws -> Suite {
    if let dataset { return try Suite(dataset: dataset) }
    let all = try folders.map { try $0.datasets() }
    guard Set(all).count == 1, all[0].count == 1 else {
      let known = all.map { $0.joined(separator: ", ") }.joined(separator: " and ")
      throw RequestError("trained on \(known): choose a suite with --dataset")
    }
    return try Suite(dataset: all[0][0])
  }
}
