import ArgumentParser
import Files
import Foundation
import NanoVLA
import Ranks
import Runs
import Simulators

/// `nanovla rl`: improves a policy by reinforcement learning (GRPO) on success rewards.
struct RLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rl",
    abstract: "Improve a policy by reinforcement learning on 0/1 success rewards.",
    discussion: """
      Starts from a policy folder, or first clones a policy from new demonstrations:

        nanovla rl --dataset tabletop_spatial --demonstrations 100 --output spatial-run

      The output folder holds start/ (the policy before), policy/ (after), metrics.jsonl, curve.png \
      and a checkpoint. An interrupted run resumes with --resume and gives bit-identical results. \
      --config reads the settings from a JSON file; options override it. A simulator is practiced in \
      from the outcomes of its episodes alone:

        nanovla rl --policy run --environment metaworld:reach-v3 --maximum-steps 75 \\
          --temperature 2.5 --group-size 16 --python VENV/bin/python --output reach-run
      """)

  @Option(help: "Folder of the policy to improve.")
  var policy: String?

  @Option(help: "Without --policy: number of demonstrations to clone from (10).")
  var demonstrations: Int?

  @Option(
    help: "tabletop_object, _spatial, _goal or _long (the policy's dataset, or object).")
  var dataset: String?

  @Option(help: "Folder to write.")
  var output: String

  @Option(help: "JSON file of settings (RLConfiguration).")
  var config: String?

  @Option(help: "Training iterations (200; long: 300).")
  var epochs: Int?

  @Option(help: "Groups per iteration, one initial state each (32; long: 64).")
  var groups: Int?

  @Option(help: "Rollouts per group (8).")
  var groupSize: Int?

  @Option(help: "Sampling temperature (1).")
  var temperature: Float?

  @Option(help: "Learning rate (1e-3).")
  var learningRate: Float?

  @Option(help: "Decisions per optimizer step (256; long: 512).")
  var minibatchSize: Int?

  @Option(help: "Iterations between evaluations of the greedy policy; 0 disables them (10).")
  var evaluateEvery: Int?

  @Option(help: "Held-out layouts per evaluation (100).")
  var episodes: Int?

  @Option(help: "Random seed (0).")
  var seed: UInt64?

  @Flag(help: "Resume the run in --output, if there is one.")
  var resume = false

  @OptionGroup var distribution: DistributionOptions

  @OptionGroup(title: "Simulator") var simulator: SimulatorOptions

  func run() throws {
    try distribution.run { ranks in
      let folder = try ranks.together { try RunFolder(output, among: ranks) }
      defer { folder.release() }
      // Rank 0 prepares the run; the other ranks resume from a copy of it.
      let (trainer, configuration) = try ranks.inTurn(
        copying: RunFolder.resumedFiles, in: folder.url
      ) { try prepared(folder, resume: resume || !ranks.isFirst, ranks: ranks.count) }
      folder.discardCopy()
      folder.isResumable()
      try RLRun(trainer, configuration, in: folder, among: ranks).callAsFunction()
    }
  }

  /// The run that `folder` holds, or a new one, whose files are then in `folder`.
  private func prepared(
    _ folder: RunFolder, resume: Bool, ranks: Int
  ) throws -> (GRPOTrainer, RLConfiguration) {
    let start = folder.url.appending(path: "start")
    if try folder.holdsRun(resume: resume) {
      let configuration = try GRPOTrainer.configuration(in: folder.checkpoint)
      guard try changed(configuration) == configuration else {
        throw RequestError("\(output) holds a run with other settings: omit them to resume it")
      }
      let trainer = try trainer(for: VLA(contentsOf: start), configuration)
      try trainer.restore(from: folder.checkpoint, ranks: ranks)
      return (trainer, configuration)
    }
    let configuration = try changed(config.map { try .init(contentsOf: URL(filePath: $0)) })
    try configuration.check()
    let trainer = try trainer(for: startPolicy(configuration, folder), configuration)
    try trainer.policy.write(to: start, dataset: configuration.statisticsKey)
    // Last, since it makes the run resumable.
    try trainer.writeCheckpoint(configuration, to: folder.checkpoint, ranks: ranks)
    return (trainer, configuration)
  }

  /// A trainer on the tabletop, or in the simulator that the dataset names.
  private func trainer(for policy: VLA, _ configuration: RLConfiguration) throws -> GRPOTrainer {
    let environment = try configuration.environment(
      for: policy, python: PythonInterpreter(simulator.python), processes: simulator.processes)
    return try GRPOTrainer(policy, configuration, in: environment)
  }
}
