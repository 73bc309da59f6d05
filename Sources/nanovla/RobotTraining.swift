import Blackboard
import Files
import Foundation
import NanoVLA
import Ranks
import Runs
import Simulators
import Tabletop
import Tensors

/// `nanovla train` on episodes of a robot, given (--data) or recorded in a simulator (--environment):
/// backbone and head learn together.
extension TrainCommand {
  /// Whether `--data` is a folder of a robot's episodes, not of the toy world.
  var isOfRobot: Bool {
    data.map { RobotDataset.isFinished(in: URL(fileURLWithPath: $0)) } ?? false
  }

  /// Trains, or resumes, and writes the policy.
  func trainRobot(in folder: RunFolder, among ranks: any Communicator) throws {
    let (recipe, isResumed) = try ranks.inTurn(
      copying: [BehaviorCloning.checkpointFile], in: folder.url
    ) { try robotRecipe(in: folder, among: ranks) }
    let environment = try ranks.together {
      try ranks.isFirst ? simulator.settings().map { try SimulatorEnvironment($0) } : nil
    }
    let (began, cpu) = (Date(), clock())
    let (cloning, dataset) = try ranks.together {
      let episodes = try demonstrations(in: folder, environment)
      let dataset = try RobotDataset(contentsOf: episodes)
      let cloning = try recipe.cloning(on: dataset)
      if isResumed { try cloning.restore(from: folder.checkpoint, ranks: ranks.count) }
      return (cloning, dataset)
    }
    folder.discardCopy()
    try cloning.check(among: ranks)
    if isResumed, !json { print("resumed after \(cloning.stepsDone) steps") }
    try cloning.finish(in: folder, among: ranks)
    try ranks.onFirst { try cloning.policy.write(to: folder.url, dataset: dataset.name) }
    guard ranks.isFirst else { return }
    let (seconds, cpuTime) = (Date().timeIntervalSince(began), clock() - cpu)
    let result = RobotTrainResult(
      dataset: dataset.name, tasks: Set(dataset.episodes.map(\.task)).sorted(),
      demonstrations: dataset.episodes.count, frames: dataset.frameCount, steps: recipe.steps,
      seconds: seconds, cpuSeconds: Double(cpuTime) / Double(CLOCKS_PER_SEC),
      loss: cloning.losses.recentMean, usesPositions: cloning.backbone.positions != nil,
      success: try environment.map { try success(of: cloning.policy, in: $0) },
      policy: folder.url.path)
    try json ? printJSON(result) : print(result)
  }

  /// The recipe of the run that `folder` holds, or of a new one.
  private func robotRecipe(
    in folder: RunFolder, among ranks: any Communicator
  ) throws -> (RobotRecipe, isResumed: Bool) {
    let others: [(String, Any?)] = [
      ("--dataset", dataset), ("--history", history), ("--noise", noise), ("--flips", flips),
      ("--backbone", backbone), ("--demonstrations", data == nil ? nil : demonstrations),
    ]
    if let (name, _) = others.first(where: { $0.1 != nil }) {
      throw RequestError("\(name) applies only to the tabletop: omit it with a robot's episodes")
    }
    if ranks.count > 1, data == nil {
      throw RequestError(
        "several processes learn from recorded episodes: record them with nanovla data, and give "
          + "every process a copy with --data")
    }
    guard try folder.holdsRun(resume: resume || !ranks.isFirst) else {
      try folder.checkHoldsNoModel()
      return (try changed(RobotRecipe()), false)
    }
    let recipe = try RobotCloning.recipe(in: folder.checkpoint)
    guard try changed(recipe) == recipe else {
      throw RequestError("\(output) holds a run with other settings: omit them to resume it")
    }
    return (recipe, true)
  }

  /// The folder of the episodes: that of `--data`, or one in the run's folder, into which the
  /// simulator's expert is recorded first, 50 episodes of each task unless told otherwise.
  private func demonstrations(
    in folder: RunFolder, _ environment: SimulatorEnvironment?
  ) throws -> URL {
    guard data == nil, let environment else { return URL(fileURLWithPath: data!) }
    let recordings = folder.url.appending(path: "demonstrations")
    guard !RobotDataset.isFinished(in: recordings) else { return recordings }
    let count = demonstrations ?? 50 * environment.settings.name.tasks.count
    var progress = Progress()
    try SimulatorRecorder(environment).write(count, to: recordings) {
      progress.report($0, of: count, "demonstrations")
    }
    return recordings
  }

  /// Success on held-out layouts, as many of each task; the policy looks again after half a chunk.
  private func success(of policy: VLA, in environment: SimulatorEnvironment) throws -> Rate {
    let loop = ClosedLoop(in: environment, executionHorizon: max(1, policy.head.chunk / 2))
    let seeds = environment.heldOutSeeds(self.episodes)
    var (progress, measured) = (Progress(), [Episode]())
    for first in stride(from: 0, to: seeds.count, by: environment.concurrency) {
      let batch = seeds[first..<min(first + environment.concurrency, seeds.count)]
      measured += try loop(policy, seeds: batch)
      progress.report(measured.count, of: seeds.count, "episodes")
    }
    environment.reportRestarts()
    return Rate(SuccessRate(of: measured))
  }

  /// `recipe`, overridden by the options.
  private func changed(_ recipe: RobotRecipe) throws -> RobotRecipe {
    var changed = recipe
    func set<Value>(_ path: WritableKeyPath<RobotRecipe, Value>, _ value: Value?) {
      if let value { changed[keyPath: path] = value }
    }
    set(\.head, try HeadName.kind(head, bins: bins, before: recipe.head))
    set(\.chunk, chunk)
    set(\.steps, steps)
    set(\.learningRate, learningRate)
    set(\.weightDecay, weightDecay)
    set(\.seed, seed)
    if noPositions { changed.positionWeight = 0 }
    return changed
  }
}
