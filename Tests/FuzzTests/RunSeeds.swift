import Files
import Foundation
import Tabletop

@testable import NanoVLA
@testable import Runs
@testable import Tensors

/// Checkpoints and policies as the product writes them.
enum RunSeeds {
  @Sendable static func checkpoints() throws -> [[UInt8]] {
    let written = Scratch.folder.appending(path: "written.safetensors")
    let policy = try policy()
    let demonstrations = Array(try DemonstrationDataset.bundled().demonstrations.prefix(1))
    var recipe = CloningRecipe(for: .object, demonstrations: 1)
    recipe.steps = 2
    let cloning = BehaviorCloning(
      policy, on: try CloningExamples(demonstrations, for: policy), steps: 2)
    try cloning.writeCheckpoint(of: recipe, to: written)
    var notes = [try SafetensorsFile(url: written).metadata]
    let configuration = RLConfiguration(totalEpochs: 2)
    try GRPOTrainer(policy, configuration).writeCheckpoint(configuration, to: written)
    notes.append(try SafetensorsFile(url: written).metadata)
    var random = SeededRandom(seed: 0)
    try GroundingPretraining(ToyVLM(using: &random), steps: 2, seed: 0).writeCheckpoint(to: written)
    notes.append(try SafetensorsFile(url: written).metadata)
    // Only the notes are read here, so that one small tensor stands for all others.
    return try notes.map { metadata in
      try Safetensors.write([("losses", [1], [0])], metadata: metadata, to: written)
      return Array(try Data(contentsOf: written))
    }
  }

  private static func policy() throws -> VLA {
    var random = SeededRandom(seed: 0)
    return try VLA(backbone: .bundled(), statistics: .bundled(), using: &random)
  }

  @Sendable static func policies() throws -> [[UInt8]] {
    let folder = Scratch.folder.appending(path: "policy")
    try policy().write(to: folder)
    return [Array(try Data(contentsOf: folder.appending(path: "config.json")))]
  }
}
