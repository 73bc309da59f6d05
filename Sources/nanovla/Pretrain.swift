import ArgumentParser
import Blackboard
import Foundation
import NanoVLA
import Tensors

/// `nanovla pretrain`: trains the toy VLM to point, from nothing.
struct PretrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretrain",
    abstract: "Train the toy VLM to point at what an instruction names.",
    discussion: """
      It learns on fresh scenes from their true object positions, which demonstrations do not hold: \
      it stands for the pre-training that a published VLM brings along. The bundled one is \
      Sources/NanoVLA/ToyVLM; to train it anew: nanovla pretrain --output Sources/NanoVLA/ToyVLM
      """)

  @Option(help: "Batches of 32 scenes to learn from.")
  var steps = GroundingPretraining.defaultSteps

  @Option(help: "Fixes the first weights and the scenes.")
  var seed: UInt64 = 0

  @Option(help: "The folder to write: config.json and model.safetensors.")
  var output = "toy-vlm"

  func validate() throws {
    guard 1...1_000_000 ~= steps else {
      throw ValidationError("--steps must be 1 to 1000000, not \(steps)")
    }
  }

  func run() throws {
    var random = SeededRandom(seed: seed)
    let model = ToyVLM(using: &random)
    let folder = URL(fileURLWithPath: output)
    try checkWritable(folder)
    let training = GroundingPretraining(model, steps: steps, seed: seed)
    var progress = Progress()
    var recent: Float = 0
    for step in 1...steps {
      let loss = training.step()
      recent = step == 1 ? loss : 0.98 * recent + 0.02 * loss
      progress.report(step, of: steps, "steps", String(format: "loss %.3f", recent))
    }
    try model.write(to: folder)
    let error = model.pointingError()
    print("\(model.parameterCount) parameters, in \(folder.path)")
    print("pointing error over 1000 fresh scenes, mean distance in world units:")
    print(String(format: "  object       %.4f", error.object))
    print(String(format: "  destination  %.4f", error.destination))
  }

  /// A folder that cannot be written is found out now, not after minutes of training.
  private func checkWritable(_ folder: URL) throws {
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    guard FileManager.default.isWritableFile(atPath: folder.path) else {
      throw CheckpointError.cannotWrite(folder.path)
    }
  }
}
