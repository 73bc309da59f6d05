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
      name: "statistics",
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
      name: "fast",
      seeds: {
        [
          Array(
            #"{"dimensions": 2, "merges": [[28, 28], [57, 57], [3, 57]], "scale": 10, "steps": 8}"#
              .utf8)
        ]
      },
      parse: { bytes in
        let tokenizer = try FASTTokenizer.decoded(JSONFile.parse(Data(bytes), name: "fast.json"))
        guard tokenizer.steps * tokenizer.dimensions <= 256 else { return }
        let still = NormalizedAction(Array(repeating: 0, count: tokenizer.dimensions))
        let chunk = Array(repeating: still, count: tokenizer.steps)
        let decoded = try tokenizer.decode(tokenizer.encode(chunk))
        precondition(decoded.count == tokenizer.steps)
      }),
    FuzzedParser(
      name: "checkpoint", form: .safetensors, seeds: RunSeeds.checkpoints,
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
      name: "toy-configuration",
      seeds: { [Array(try JSONWriter.text(ToyVLMConfiguration()).utf8)] },
      parse: { bytes in
        let configuration: ToyVLMConfiguration = try JSONFile.parse(
          Data(bytes), name: "config.json"
        ).decoded()
        if let error = configuration.validationError { throw error }
      }),
    FuzzedParser(
      name: "toy-vlm", inputs: 25_000,
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
      name: "policy-configuration", seeds: RunSeeds.policies,
      parse: { bytes in
        _ = try PolicyConfiguration(JSONFile.parse(Data(bytes), name: "config.json"))
      }),
    FuzzedParser(
      name: "policy", inputs: 10_000, seeds: RunSeeds.policies,
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
