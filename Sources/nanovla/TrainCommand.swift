import ArgumentParser
import Files
import Foundation
import NanoVLA
import Ranks
import Runs
import VLMs

/// `nanovla train`: trains a policy by behavior cloning.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a policy by behavior cloning.",
    discussion: """
      Given a robot's episodes (nanovla data --environment, or import), it trains a backbone and a head \
      together, for all their tasks, told apart by their text:

        nanovla train --data metaworld --output metaworld-policy

      With --environment it records the episodes first, and evaluates the policy in the simulator.

      Else it records demonstrations, or reads those that nanovla data wrote (--data), and trains a \
      policy on the toy VLM to imitate them:

        nanovla train --dataset tabletop_spatial --demonstrations 100 --output spatial-policy

      The output folder is a policy for nanovla rl --policy, with metrics.jsonl, curve.png (the loss \
      by step) and a checkpoint. An interrupted training resumes with --resume and gives \
      bit-identical results. Settings without an option come from the recipe of the dataset \
      (CloningRecipe).
      """)

  @Option(
    help: "tabletop_object, _spatial, _goal, _long, _obstacle or _belt (object, or --data's).")
  var dataset: String?

  @Option(help: "Number of demonstrations (100, or all of --data).")
  var demonstrations: Int?

  @Option(help: "Folder of demonstrations to read instead of recording.")
  var data: String?

  @Option(help: "Folder to write.")
  var output: String

  @Option(help: "Action head (tokens).")
  var head: HeadName?

  @Option(help: "Bins per action dimension of the token head (32).")
  var bins: Int?

  @Option(help: "Chunk size: actions predicted at once (2).")
  var chunk: Int?

  @Option(help: "Observations in the head's input window (1).")
  var history: Int?

  @Option(help: "Training steps, one batch of 64 time steps each.")
  var steps: Int?

  @Option(help: "Peak learning rate.")
  var learningRate: Float?

  @Option(help: "Weight decay.")
  var weightDecay: Float?

  @Option(help: "Noise of the recorded actions, as a fraction of the largest step.")
  var noise: Float?

  @Option(help: "Probability that a recorded gripper command is inverted.")
  var flips: Float?

  @Option(help: "Folder of a toy VLM that nanovla pretrain wrote (the bundled one).")
  var backbone: String?

  @Option(help: "Random seed (0).")
  var seed: UInt64?

  @Option(help: "Held-out layouts for the evaluation; 0 disables it.")
  var episodes = 200

  @Flag(help: "With a robot's episodes: learn nothing from their true positions.")
  var noPositions = false

  @Flag(help: "Resume the training in --output, if there is one.")
  var resume = false

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  @OptionGroup var distribution: DistributionOptions

  @OptionGroup(title: "Simulator") var simulator: SimulatorOptions

  func run() throws { try distribution.run { try train(among: $0) } }

  private func train(among ranks: any Communicator) throws {
    let folder = try ranks.together {
      guard 0...100_000 ~= episodes else {
        throw RequestError("--episodes must be 0 to 100000, not \(episodes)")
      }
      return try RunFolder(output, among: ranks)
    }
    defer { folder.release() }
    try ranks.checkSame("\(isOfRobot)") { _, _ in
      "its --data is of another kind than that of rank 0: give it a copy of the same"
    }
    if try simulator.settings() != nil || isOfRobot {
      return try trainRobot(in: folder, among: ranks)
    }
    if noPositions { throw RequestError("--no-positions applies only to a robot's episodes") }
    let (recipe, isResumed) = try ranks.inTurn(
      copying: RunFolder.resumedFiles, in: folder.url
    ) { try self.recipe(in: folder, resume: resume || !ranks.isFirst) }
    let result = try TrainRun(recipe: recipe, folder: folder, isQuiet: json, ranks: ranks)(
      resuming: isResumed, episodes: episodes)
    try json ? printJSON(result) : print(result)
  }

  /// The recipe of the run that `folder` holds, or of a new one.
  private func recipe(
    in folder: RunFolder, resume: Bool
  ) throws -> (CloningRecipe, isResumed: Bool) {
    guard try folder.holdsRun(resume: resume) else {
      try folder.checkHoldsNoModel()
      let recipe = try changed(freshRecipe())
      try recipe.check()
      return (recipe, false)
    }
    let recipe = try BehaviorCloning.recipe(in: folder.checkpoint)
    guard try changed(recipe) == recipe else {
      throw RequestError("\(output) holds a run with other settings: omit them to resume it")
    }
    return (recipe, true)
  }
}
