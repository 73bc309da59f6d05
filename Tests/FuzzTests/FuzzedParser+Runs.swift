import Files
import Foundation
import Images
import Tabletop

@testable import NanoVLA
@testable import Runs
@testable import Tensors
@testable import VLMs

/// What a training reads and writes.
extension FuzzedParser {
  static let runs: [FuzzedParser] = [
    FuzzedParser(
      name: "statistics", inputs: 30_000,
      seeds: {
        let text = ActionStatistics.json(["a": try .bundled()])
        return [Array(text.utf8), try fixture("openvla/dataset_statistics.json")]
      },
      parse: { bytes in
        let all: [String: ActionStatistics] = try JSONFile.parse(
          Data(bytes), name: "dataset_statistics.json"
        ).decoded()
        for statistics in all.values {
          let middle = NormalizedAction(Array(repeating: 0.5, count: statistics.count))
          let action = try statistics.robotAction(middle)
          precondition(action.values.allSatisfy(\.isFinite))
        }
      }),
    FuzzedParser(
      name: "rl-configuration",
      seeds: {
        var configuration = RLConfiguration(sftModelPath: "a/b", totalEpochs: 5)
        configuration.settings.groups = 4
        return [Array(try JSONWriter.text(configuration).utf8), Array(#"{"seed": 3}"#.utf8)]
      },
      parse: { bytes in
        let configuration: RLConfiguration = try JSONFile.parse(Data(bytes), name: "rl.json")
          .decoded()
        try configuration.check()
      }),
    FuzzedParser(
      name: "fast", inputs: 15_000,
      seeds: {
        [
          Array(
            #"{"dimensions": 2, "merges": [[28, 28], [57, 57], [3, 57]], "scale": 10, "steps": 8}"#
              .utf8)
        ]
      },
      parse: { bytes in
        let tokenizer = try FASTTokenizer.read(Scratch.file("fast.json", bytes))
        guard tokenizer.steps * tokenizer.dimensions <= 1024 else { return }
        let still = NormalizedAction(Array(repeating: 0, count: tokenizer.dimensions))
        let chunk = Array(repeating: still, count: tokenizer.steps)
        let decoded = try tokenizer.decode(tokenizer.encode(chunk))
        precondition(decoded.count == tokenizer.steps)
      }),
    FuzzedParser(
      name: "checkpoint", form: .safetensors, inputs: 15_000, seeds: RunSeeds.checkpoints,
      parse: { bytes in
        let file = Scratch.file("checkpoint.safetensors", bytes)
        // Each kind of run refuses those of the two others.
        var errors: [any Error] = []
        func attempt(_ read: () throws -> Void) {
          do { try read() } catch { errors.append(error) }
        }
        attempt { _ = try BehaviorCloning.recipe(in: file) }
        attempt { _ = try GRPOTrainer.configuration(in: file) }
        attempt { _ = try GroundingPretraining.settings(in: file) }
        for error in errors where complaint(about: error) != nil { throw error }
        if errors.count == 3 { throw errors[0] }
      }),
    FuzzedParser(
      name: "toy-vlm", inputs: 4000,
      seeds: {
        var sizes = ToyVLMConfiguration()
        (sizes.imageSize, sizes.width, sizes.heads) = (16, 8, 2)
        var random = SeededRandom(seed: 1)
        let folder = Scratch.folder.appending(path: "toy-vlm")
        try ToyVLM(sizes, using: &random).write(to: folder)
        return [Array(try Data(contentsOf: folder.appending(path: "config.json")))]
      },
      parse: { bytes in
        _ = Scratch.file("toy-vlm/config.json", bytes)
        _ = try ToyVLM(contentsOf: Scratch.folder.appending(path: "toy-vlm"))
      }),
    FuzzedParser(
      name: "policy", inputs: 2000, seeds: RunSeeds.policies,
      parse: { bytes in
        _ = Scratch.file("policy/config.json", bytes)
        let policy = try VLA(contentsOf: Scratch.folder.appending(path: "policy"))
        let side = policy.backbone.imageSize ?? 16
        _ = try policy.predictAction(
          RGBImage(width: side, height: side, color: .init(1, 2, 3)),
          instruction: "pick up the yellow ball", proprioception: [0, 0, 0, 1])
      }),
  ]
}

/// Checkpoints and policies as the product writes them.
private enum RunSeeds {
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
