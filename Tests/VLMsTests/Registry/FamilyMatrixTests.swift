import Files
import Foundation
import Images
import NanoVLA
import Tensors
import TestSupport
import Testing
import VLMs

/// What a user can ask of any family: each feature on each family's folder, with images of any aspect.
@Suite struct FamilyMatrixTests {
  /// One folder for each family that runs.
  static let folders: [Fixture] = {
    let wanted = VLMRegistry().available
    let fixtures = Fixture.all.filter { (try? VLM.family(of: $0.folder)) != nil }
    return wanted.compactMap { name in
      fixtures.first { (try? VLM.family(of: $0.folder).name) == name && $0.family != "clip" }
    }
  }()

  /// Gray, as wide as high, and so on; ViLT, whose images keep their aspect, refuses the last two.
  private static let images = [(1, 1), (61, 45), (40, 97), (400, 300), (200, 1), (1, 200)]
    .map { RGBImage(width: $0, height: $1, color: .init(90, 90, 90)) }

  @Test("every family that runs has a folder here, an entry with capabilities, and a nano size")
  func complete() throws {
    let registry = VLMRegistry()
    #expect(try Self.folders.map { try VLM.family(of: $0.folder).name } == registry.available)
    #expect(registry.all.filter { !$0.runs }.map(\.name) == ["rt-2"])
    for entry in registry.all.filter(\.runs) {
      #expect(entry.capabilities.parameterCount > 10_000_000)
      let report = try registry.checkCompatibility(entry.name)
      #expect(report.quotedBand?.contains(report.score) != false)
      #expect(registry.all.contains { $0.family?.name == entry.family?.name })
    }
  }

  @Test(
    "a folder's overview names its family, sizes and images, and no reason not to run it",
    arguments: folders)
  func overview(fixture: Fixture) throws {
    let summary = try CheckpointSummary(folder: fixture.folder)
    #expect(try summary.family == VLM.family(of: fixture.folder).name)
    #expect(summary.refusal == nil && summary.parameters > 10_000 && !summary.layers.isEmpty)
    #expect(summary.tokenizer != nil && (summary.image != nil || summary.family == "pi0"))
  }

  @Test(
    "an image of any aspect gets an answer of the same length limit, or one line that says why not",
    arguments: folders)
  func answers(fixture: Fixture) throws {
    let vlm = try VLM.read(fixture.folder)
    for image in Self.images {
      do {
        var text = ""
        let answer = try vlm.answer(image, "what is it?", tokens: 2) { text += $0 }
        #expect(answer == text)
      } catch let error as ImagePreprocessorError {
        #expect(vlm.family == "vilt" && min(image.width, image.height) == 1, "\(error)")
      }
    }
  }

  @Test(
    "with a new head or its own, each family predicts an action in an image of any aspect",
    arguments: folders)
  func acts(fixture: Fixture) throws {
    let name = try VLM.family(of: fixture.folder).name
    let key = name == "openvla" ? "bridge_orig" : nil
    for head in [ActionHeadKind.l1, nil] {
      let policy = try VLA.fromVLM(
        name, modelPath: fixture.folder.path, head: head, unnormKey: head == nil ? key : nil)
      for image in Self.images.prefix(4) {
        let action = try policy.predictAction(image, instruction: "push")
        #expect(action.count == 7 && action.values.allSatisfy(\.isFinite))
      }
    }
  }

  @Test(
    "the layouts of other programs are refused with what to do",
    arguments: [
      ("fastvlm", #"{"model_type": "llava_qwen2", "hidden_size": 896}"#, "convert_fastvlm"),
      ("pi0", #"{"type": "pi0", "chunk_size": 50}"#, "LeRobot's configuration of a \"pi0\""),
      ("pi0", #"{"chunk_size": 50}"#, "model_type"),
    ])
  func otherLayouts(family: String, config: String, remedy: String) throws {
    let folder = try EditedFolder(family)
    try folder.write(config, "config.json")
    #expect(folder.refusal().contains(remedy))
  }

  @Test(
    "each transfer strategy has a plan for each family, and a policy that follows it",
    arguments: VLMRegistry().available)
  func strategies(name: String) throws {
    for strategy in TransferStrategy.allCases {
      let policy = try VLABuilder().withVLM(name).withActionSpace(.tabletop)
        .withTransferLearning(strategy).build()
      #expect(policy.transferPlan?.strategy == strategy)
    }
  }
}
