import ArgumentParser
import Blackboard
import Foundation
import NanoVLA
import Runs
import Tensors
import VLMs

/// `nanovla pretrain`: trains the toy VLM from random weights to locate objects.
struct PretrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretrain",
    abstract: "Train the toy VLM to locate the object that an instruction names.",
    discussion: """
      The targets are the true object positions of generated scenes, which demonstrations do not \
      contain. This stands in for the pre-training of a published VLM. The bundled toy VLM is in \
      Sources/NanoVLA/ToyVLM; to retrain it: nanovla pretrain --output Sources/NanoVLA/ToyVLM
      """)

  @Option(help: "Training steps, one batch of 32 scenes each (32000).")
  var steps: Int?

  @Option(help: "Random seed of the initial weights and the scenes (0).")
  var seed: UInt64?

  @Option(help: "Folder to write: config.json and model.safetensors.")
  var output = "toy-vlm"

  @Flag(help: "Resume the interrupted training in --output.")
  var resume = false

  func validate() throws {
    guard 1...1_000_000 ~= steps ?? 1 else {
      throw ValidationError("--steps must be 1 to 1000000, not \(steps ?? 1)")
    }
  }

  func run() throws {
    let folder = try RunFolder(output)
    defer { folder.release() }
    let isResumed = try folder.holdsRun(resume: resume)
    if resume, !isResumed { try folder.checkHoldsNoModel() }  // do not restart a finished training
    let kept = isResumed ? try GroundingPretraining.settings(in: folder.checkpoint) : .init()
    let settings = GroundingPretraining.Settings(
      steps: steps ?? kept.steps, seed: seed ?? kept.seed)
    var random = SeededRandom(seed: settings.seed)
    let model = ToyVLM(using: &random)
    let training = GroundingPretraining(model, steps: settings.steps, seed: settings.seed)
    if isResumed {
      try training.restore(from: folder.checkpoint)
      print("resumed after \(training.stepsDone) steps")
      folder.isResumable()
    }
    try learn(training, folder)
    try model.write(to: folder.url)
    try? FileManager.default.removeItem(at: folder.checkpoint)
    let error = model.pointingError()
    print("\(model.parameterCount) parameters, written to \(folder.url.path)")
    print("pointing error on 1000 new scenes, mean distance in world units:")
    print(String(format: "  object       %.4f", error.object))
    print(String(format: "  destination  %.4f", error.destination))
  }

  private func learn(_ training: GroundingPretraining, _ folder: RunFolder) throws {
    var progress = Progress(after: training.stepsDone)
    var recent: Float?
    let steps = training.schedule.steps
    while !training.isDone {
      let loss = training.step()
      guard loss.isFinite else {
        throw folder.diverged(
          "the loss at step \(training.stepsDone)", remedy: "use another --seed")
      }
      recent = recent.map { 0.98 * $0 + 0.02 * loss } ?? loss
      progress.report(
        training.stepsDone, of: steps, "steps", String(format: "loss %.3f", recent ?? loss))
      if training.stepsDone % 200 == 0 || training.isDone {  // every four seconds
        try training.writeCheckpoint(to: folder.checkpoint)
        folder.isResumable()
      }
    }
  }
}
