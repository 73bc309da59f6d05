import ArgumentParser
import Files
import Foundation
import NanoVLA
import Runs
import VLMs

/// `nanovla train`: a policy that does what the expert did.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Clone a policy from demonstrations.",
    discussion: """
      Records demonstrations, or takes those that nanovla data wrote (--data), and trains a policy \
      on the toy VLM to do the same:

        nanovla train --dataset tabletop_spatial --demonstrations 100 --output spatial-policy

      The output folder is a policy for nanovla rl --policy, with metrics.jsonl, curve.png (the loss by \
      step) and a checkpoint. Training that was stopped, in whatever way, \
      goes on with --resume as if it had never stopped. What is not said here, the recipe of the \
      data set says (CloningRecipe).
      """)

  @Option(
    help: "tabletop_object, _spatial, _goal, _long or _obstacle (object, or what --data holds).")
  var dataset: String?

  @Option(help: "How many demonstrations to learn from (100, or all of --data).")
  var demonstrations: Int?

  @Option(help: "A folder of demonstrations.")
  var data: String?

  @Option(help: "The folder to write.")
  var output: String

  @Option(help: "What the policy says about an action: tokens, l1, mse, hybrid, flow or residual.")
  var head: HeadName?

  @Option(help: "Words for each number of an action, of a token head (32).")
  var bins: Int?

  @Option(help: "Actions predicted at once (2).")
  var chunk: Int?

  @Option(help: "Observations that the head is told about (1).")
  var history: Int?

  @Option(help: "Batches of 64 time steps to learn from.")
  var steps: Int?

  @Option(help: "The highest learning rate.")
  var learningRate: Float?

  @Option(help: "How strongly weights are pulled to 0.")
  var weightDecay: Float?

  @Option(help: "Noise of the recording arm, as a share of the largest step.")
  var noise: Float?

  @Option(help: "Probability that the recording gripper does the opposite.")
  var flips: Float?

  @Option(help: "The folder of a toy VLM that nanovla pretrain wrote (the bundled one).")
  var backbone: String?

  @Option(help: "Fixes every random choice (0).")
  var seed: UInt64?

  @Option(help: "Held-out layouts to judge by, 0 for none.")
  var episodes = 200

  @Flag(help: "Go on with the training in --output, if there is one.")
  var resume = false

  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func run() throws {
    guard 0...100_000 ~= episodes else {
      throw RequestError("--episodes must be 0 to 100000, not \(episodes)")
    }
    let folder = RunFolder(output)
    let recipe: CloningRecipe
    let isResumed = try folder.holdsRun(resume: resume)
    if isResumed {
      recipe = try BehaviorCloning.recipe(in: folder.checkpoint)
      guard try changed(recipe) == recipe else {
        throw RequestError("\(output) holds a run with other settings: leave them out")
      }
    } else {
      try folder.checkHoldsNoModel()
      recipe = try changed(freshRecipe())
      try recipe.check()
      try folder.checkWritable()
    }
    let result = try TrainRun(recipe: recipe, folder: folder, isQuiet: json)(
      resuming: isResumed, episodes: episodes)
    try json ? printJSON(result) : print(result)
  }
}
