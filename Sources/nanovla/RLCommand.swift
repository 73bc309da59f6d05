import ArgumentParser
import Files
import Foundation
import NanoVLA
import Runs

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

  @Option(
    help: "tabletop_object, _spatial, _goal or _long (what the policy was trained on, or object).")
  var dataset: String?

  @Option(help: "The folder to write.")
  var output: String

  @Option(help: "A JSON file of settings (RLConfiguration).")
  var config: String?

  @Option(help: "Iterations of trying and learning (200; long: 300).")
  var epochs: Int?

  @Option(help: "Starts in an iteration (32; long: 64).")
  var groups: Int?

  @Option(help: "Tries of each start (8).")
  var groupSize: Int?

  @Option(help: "How boldly it tries (1).")
  var temperature: Float?

  @Option(help: "Learning rate (1e-3).")
  var learningRate: Float?

  @Option(help: "Decisions in a step of learning (256; long: 512).")
  var minibatchSize: Int?

  @Option(help: "Iterations between greedy evaluations, 0 for none (10).")
  var evaluateEvery: Int?

  @Option(help: "Held-out layouts of an evaluation (100).")
  var episodes: Int?

  @Option(help: "Fixes every random choice (0).")
  var seed: UInt64?

  @Flag(help: "Go on with the run in --output, if there is one.")
  var resume = false

  func run() throws {
    let folder = RunFolder(output)
    let trainer: GRPOTrainer
    let start = folder.url.appending(path: "start")
    if try folder.holdsRun(resume: resume) {
      let kept = try GRPOTrainer.configuration(in: folder.checkpoint)
      guard try settings(over: kept) == kept else {
        throw RequestError("\(output) holds a run with other settings: leave them out")
      }
      trainer = try GRPOTrainer(VLA(contentsOf: start), kept)
      try trainer.restore(from: folder.checkpoint)
    } else {
      let settings = try settings(over: config.map { try .init(contentsOf: URL(filePath: $0)) })
      try settings.check()
      try folder.checkWritable()
      trainer = try GRPOTrainer(startPolicy(settings), settings)
      try trainer.policy.write(to: start, dataset: settings.dataset)
      try trainer.writeCheckpoint(to: folder.checkpoint)  // last: from now on, it can be resumed
    }
    try RLRun(trainer, in: folder.url).callAsFunction()
  }

  /// `base`, or the defaults of the data set, with what the options say.
  private func settings(over base: RLConfiguration?) throws -> RLConfiguration {
    var settings =
      try base ?? RLConfiguration(dataset: dataset ?? trainedDataset() ?? "tabletop_object")
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
    set(\.minibatchSize, minibatchSize)
    set(\.evaluateEvery, evaluateEvery)
    set(\.evaluationEpisodes, episodes)
    set(\.seed, seed)
    return settings
  }

  private func startPolicy(_ settings: RLConfiguration) throws -> VLA {
    guard let path = settings.sftModelPath else {
      let recipe = CloningRecipe(
        for: try settings.suite(), demonstrations: demonstrations ?? 10, seed: settings.seed)
      let cloning = try recipe.preparedCloning()
      try cloning.finish()
      return cloning.policy
    }
    guard demonstrations == nil else {
      throw RequestError("--demonstrations is for runs without --policy: give one of them")
    }
    return try PolicyFolder(path: path).policy(dataset: settings.dataset)
  }

  /// What the policy was trained on, if that is one data set.
  private func trainedDataset() throws -> String? {
    let trained = try policy.map { try PolicyFolder(path: $0).datasets() } ?? []
    return trained.count == 1 ? trained[0] : nil
  }
}
