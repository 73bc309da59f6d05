import ArgumentParser
import Blackboard
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors

/// `nanovla rl`: a policy that improves by trying.
struct RLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rl",
    abstract: "Improve a policy from 0/1 outcomes.",
    discussion: """
      Starts from a policy folder, or clones one from fresh demonstrations first:

        nanovla rl --dataset tabletop_spatial --demonstrations 100 --output spatial-run

      The output folder gets start/ (the policy before), policy/ (after), metrics.jsonl, curve.png \
      and a checkpoint. A run that was stopped, in whatever way, goes on with --resume as if it had \
      never stopped. --config takes the settings as JSON; options come before it.
      """)

  @Option(help: "The folder of the policy to improve.")
  var policy: String?

  @Option(help: "Without --policy: how many demonstrations to clone one from (10).")
  var demonstrations: Int?

  @Option(help: "tabletop_object, tabletop_spatial, tabletop_goal or tabletop_long (object).")
  var dataset: String?

  @Option(help: "The folder to write.")
  var output: String

  @Option(help: "A JSON file of settings (RLConfiguration).")
  var config: String?

  @Option(help: "Iterations of trying and learning (40).")
  var epochs: Int?

  @Option(help: "Starts in an iteration (16).")
  var groups: Int?

  @Option(help: "Tries of each start (8).")
  var groupSize: Int?

  @Option(help: "How boldly it tries (1).")
  var temperature: Float?

  @Option(help: "Learning rate (1e-3; long: 3e-4).")
  var learningRate: Float?

  @Option(help: "Iterations between greedy evaluations, 0 for none (10).")
  var evaluateEvery: Int?

  @Option(help: "Held-out layouts of an evaluation (100).")
  var episodes: Int?

  @Option(help: "Fixes every random choice (0).")
  var seed: UInt64?

  @Flag(help: "Go on with the run in --output, if there is one.")
  var resume = false

  func run() throws {
    let folder = URL(fileURLWithPath: output)
    let checkpoint = folder.appending(path: GRPOTrainer.checkpointFile)
    let holdsRun = FileManager.default.fileExists(atPath: checkpoint.path)
    guard resume || !holdsRun else {
      throw RequestError(
        description: "\(output) holds a run: go on with it by --resume, or name another folder")
    }
    let trainer: GRPOTrainer
    if holdsRun {
      let kept = try GRPOTrainer.configuration(in: checkpoint)
      guard try settings(over: kept) == kept else {
        throw RequestError(description: "\(output) holds a run with other settings: leave them out")
      }
      trainer = try GRPOTrainer(VLA(contentsOf: folder.appending(path: "start")), kept)
      try trainer.restore(from: checkpoint)
    } else {
      let settings = try settings(over: config.map { try .init(contentsOf: URL(filePath: $0)) })
      try settings.check()
      try checkWritable(folder)
      trainer = try GRPOTrainer(startPolicy(settings), settings)
      try trainer.policy.write(to: folder.appending(path: "start"), dataset: settings.dataset)
      try trainer.writeCheckpoint(to: checkpoint)  // last: from now on, the run can be resumed
    }
    try RLRun(trainer, in: folder).callAsFunction()
  }

  /// `base`, or the defaults of the data set, with what the options say.
  private func settings(over base: RLConfiguration?) throws -> RLConfiguration {
    var settings = base ?? RLConfiguration(dataset: dataset ?? "tabletop_object")
    func set<Value>(_ path: WritableKeyPath<RLConfiguration, Value>, _ value: Value?) {
      if let value { settings[keyPath: path] = value }
    }
    set(\.dataset, dataset)
    if let policy { settings.sftModelPath = policy }
    set(\.totalEpochs, epochs)
    set(\.groups, groups)
    set(\.groupSize, groupSize)
    set(\.temperature, temperature)
    set(\.learningRate, learningRate)
    set(\.evaluateEvery, evaluateEvery)
    set(\.evaluationEpisodes, episodes)
    set(\.seed, seed)
    return settings
  }

  private func startPolicy(_ settings: RLConfiguration) throws -> VLA {
    if let path = settings.sftModelPath {
      guard demonstrations == nil else {
        throw RequestError(
          description: "--demonstrations is for runs without --policy: give one of them")
      }
      return try VLA(contentsOf: URL(fileURLWithPath: path))
    }
    return try cloned(from: demonstrations ?? 10, settings)
  }

  private func cloned(from count: Int, _ settings: RLConfiguration) throws -> VLA {
    guard 1...100_000 ~= count else {
      throw RequestError(description: "--demonstrations must be 1 to 100000, not \(count)")
    }
    let suite = try settings.suite()
    let recipe = CloningRecipe(for: suite, demonstrations: count)
    var progress = Progress()
    let recorded = try DemonstrationDataset.generate(
      suite: suite, count: count, noise: recipe.noise, flips: recipe.flips
    ) { done in progress.report(done, of: count, "demonstrations") }.demonstrations
    let statistics = try ActionStatistics(
      of: recorded.flatMap(\.actions).map { RobotAction($0) }, in: .tabletop, trajectories: count)
    var random = SeededRandom(seed: settings.seed)
    let policy = try VLA(backbone: .bundled(), statistics: statistics, using: &random)
    let cloning = BehaviorCloning(
      policy, on: try CloningExamples(recorded, for: policy), steps: recipe.steps,
      peak: recipe.learningRate, weightDecay: recipe.weightDecay, seed: settings.seed)
    progress = Progress()
    for step in 1...recipe.steps {
      cloning.step()
      progress.report(step, of: recipe.steps, "cloning steps")
    }
    return policy
  }

  /// A folder that cannot be written is found out now, not after minutes of training.
  private func checkWritable(_ folder: URL) throws {
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    guard FileManager.default.isWritableFile(atPath: folder.path) else {
      throw CheckpointError.cannotWrite(folder.path)
    }
  }
}

/// Options that do not go together, or with what is in the folder.
private struct RequestError: Error, CustomStringConvertible { let description: String }
