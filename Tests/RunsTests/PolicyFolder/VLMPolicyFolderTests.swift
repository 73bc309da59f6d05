import Files
import Foundation
import Images
import NanoVLA
import Runs
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// A policy on a VLM, written as a folder and read again: the same actions, bit for bit.
@Suite struct VLMPolicyFolderTests {
  static let names = VLMRegistry().available
  static let published = Fixture.of(
    "llava15", "llava15_gqa", "llava_gemma", "llava_next", "blip2_opt", "instructblip_vicuna",
    "clip_gpt2", "openvla", "idefics_flamingo", "vilt", "paligemma", "pi0", "smolvlm",
    "fastvlm")

  private let image = Demonstration.record(suite: .object, seed: 0)!.frames[0]

  /// Reads what `policy` writes, and expects the same names, numbers and actions.
  /// - Parameter seen: what the policy sees.
  @discardableResult
  private func roundTrip(
    _ policy: VLA, at seen: RGBImage? = nil, _ check: (URL, VLA) throws -> Void = { _, _ in }
  ) throws -> VLA {
    let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try policy.write(to: folder)
    let read = try VLA(contentsOf: folder)
    for instruction in ["pick up the red cup", "push the block left"] {
      let actions = try [policy, read].map {
        try $0.predictChunk([Observation(seen ?? image)], instruction: instruction)
      }
      #expect(actions[0] == actions[1])
    }
    #expect(read.statistics == policy.statistics && read.space == policy.space)
    #expect(read.description == policy.description || policy.backbone.isMerged)
    try check(folder, read)
    return read
  }

  private func names(in folder: URL) throws -> [String] {
    try SafetensorsFile(url: folder.appending(path: VLA.weightsFile)).names.sorted()
  }

  private func addLoRA(_ policy: VLA, rank: Int = 2, alpha: Float = 3) throws {
    var random = SeededRandom(seed: 5)
    try policy.backbone.adapt(["query", "value"]) {
      LoRA(for: $0, rank: rank, alpha: alpha, using: &random)
    }
    for (_, layer) in policy.backbone.linearLayers {
      (layer.adaptation as? LoRA).map { unsettle($0) }
    }
  }

  @Test("every family at nano size comes back whole", arguments: names)
  func nano(name: String) throws {
    let policy = try VLA.fromVLM(name, head: .tokens(bins: 16), seed: 3)
    let read = try roundTrip(policy) { folder, _ in
      let written = try names(in: folder)
      #expect(written == policy.namedParameters.map(\.name).sorted())
    }
    #expect(read.namedParameters.map(\.name) == policy.namedParameters.map(\.name))
    #expect(read.parameters.map(\.values) == policy.parameters.map(\.values))
    #expect(read.backbone.parameters.allSatisfy { $0.isFrozen })
    #expect(read.head.parameters.allSatisfy { !$0.isFrozen })
  }

  @Test("LoRA comes back as LoRA, of the same rank and α, free to learn on", arguments: names)
  func lora(name: String) throws {
    let policy = try VLA.fromVLM(name, head: .l1, seed: 3)
    try addLoRA(policy)
    let read = try roundTrip(policy)
    let (old, new) = (policy.backbone.linearLayers, read.backbone.linearLayers)
    #expect(new.map(\.name) == old.map(\.name))
    for (old, new) in zip(old, new) {
      let (old, new) = (old.layer.adaptation as? LoRA, new.layer.adaptation as? LoRA)
      #expect(old?.alpha == new?.alpha && old?.scale == new?.scale)
      #expect(old?.loraA.values == new?.loraA.values && new?.loraA.isFrozen != true)
    }
    read.backbone.removeAdaptations()
    policy.backbone.removeAdaptations()
    #expect(read.parameters.map(\.values) == policy.parameters.map(\.values))
  }

  @Test("layers may be adapted with different ranks, α, and kinds of adaptation")
  func mixture() throws {
    let policy = try VLA.fromVLM("llava", head: .l1)
    try addLoRA(policy, rank: 1, alpha: 7)
    var random = SeededRandom(seed: 6)
    try policy.backbone.adapt(["key"]) { LoRA(for: $0, rank: 4, alpha: 0.3, using: &random) }
    try policy.backbone.adapt(BottleneckAdapter.targets) {
      BottleneckAdapter(for: $0, width: 3, using: &random)
    }
    for (_, layer) in policy.backbone.linearLayers { layer.adaptation.map { unsettle($0) } }
    let read = try roundTrip(policy)
    #expect(read.parameters.map(\.values) == policy.parameters.map(\.values))
  }

  @Test("adapters come back on a VLM put together by the builder, its fusion too", arguments: names)
  func adapters(name: String) throws {
    let policy = try VLABuilder().withVLM(name).withActionSpace(.tabletop).withHistory(1)
      .withFusionStrategy(.film).withHead(.hybrid, chunk: 2).build()
    var random = SeededRandom(seed: 6)
    try policy.backbone.adapt(["blocks.0"]) {
      BottleneckAdapter(for: $0, width: 3, using: &random)
    }
    for (_, layer) in policy.backbone.linearLayers { layer.adaptation.map { unsettle($0) } }
    let read = try roundTrip(policy)
    #expect((read.backbone as? FusedVLM)?.strategy == .film)
    #expect((read.backbone as? FusedVLM)?.fusion.parameters.allSatisfy { !$0.isFrozen } == true)
  }

  @Test(
    "sizes of a fusion that no memory holds are refused before weights are drawn",
    arguments: [
      ("queries", 100_000_000), ("queries", 0), ("depth", 10_000_000), ("depth", -1),
      ("ratio", 1_000_000), ("queries", 9_000_000_000_000_000_000), ("hidden", 1 << 62),
    ])
  func giantFusion(key: String, size: Int) throws {
    let policy = try VLABuilder().withVLM("llava").withActionSpace(.tabletop)
      .withFusionStrategy(.crossAttention).withHead(.tokens(bins: 8)).build()
    try withTemporaryFolder { folder in
      try policy.write(to: folder)
      let path =
        key == "hidden"
        ? ["head", "configuration", key]
        : ["backbone", "configuration", "fusion", "configuration", key]
      try setting(path, to: size)(folder)
      let error = #expect(throws: (any Error).self) { try VLA(contentsOf: folder) }
      let line = error.map { "\($0)" } ?? ""
      #expect(line.contains(key) && line.contains("\(size)") && !line.contains("\n"), "\(line)")
    }
  }

  @Test("merged LoRA comes back as the layer's own weights", arguments: names)
  func merged(name: String) throws {
    let policy = try VLA.fromVLM(name, head: .l1, seed: 3)
    try addLoRA(policy)
    policy.backbone.mergeLoRA()
    try roundTrip(policy) { folder, read in
      let adapted = try names(in: folder).filter { $0.contains(".adaptation.") }
      #expect(adapted.isEmpty)
      #expect(read.backbone.linearLayers.allSatisfy { $0.layer.adaptation == nil })
    }
  }

  @Test("OpenVLA that learned to speak other actions speaks them again")
  func autoregressive() throws {
    let policy = try VLA.fromVLM("openvla")
    for parameter in policy.backbone.parameters {
      parameter.values = parameter.values.map { $0 * 1.5 }
    }
    let read = try roundTrip(policy)
    #expect(read.head is AutoregressiveActionHead)
    let driver = try VLA(
      backbone: read.backbone as! VLM, space: .tabletop, statistics: .bundled(), head: read.head,
      usesProprioception: false)
    let driven = try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 1)(
      driver, seeds: 0..<6)  // prompts of several lengths
    #expect(Set(driven.map(\.instruction.count)).count > 1)
  }

  @Test("π0 with its own action expert comes back, at nano size and published")
  func expert() throws {
    let policy = try VLA.fromVLM("pi0", seed: 3)
    for parameter in policy.backbone.parameters {
      parameter.values = parameter.values.map { $0 * 1.5 }
    }
    let read = try roundTrip(policy)
    #expect(read.head is ActionExpertHead && read.head.chunk == policy.head.chunk)
    for fixture in Fixture.of("pi0") {
      let published = try VLA.fromVLM("pi0", modelPath: fixture.folder.path)
      try addLoRA(published)
      try roundTrip(published, at: fixture.image()) { folder, read in
        #expect(read.head is ActionExpertHead)
        let others = try names(in: folder).filter { !$0.contains(".adaptation.") }
        #expect(others.isEmpty)
      }
    }
  }

  @Test("π0's normalization of its robot's state comes back, and is refused if it cannot be one")
  func stateScaling() throws {
    try withTemporaryFolder { folder in
      let fixture = try #require(Fixture.of("pi0").first)
      let (model, output) = (folder.appending(path: "pi0"), folder.appending(path: "policy"))
      try FileManager.default.copyItem(at: fixture.folder, to: model)
      try Data(#"{"state_mean": [0, 5], "state_std": [1, 2]}"#.utf8)
        .write(to: model.appending(path: "processor_config.json"))
      let policy = try VLA.fromVLM("pi0", modelPath: model.path, usesProprioception: true)
      try policy.write(to: output)
      let read = try VLA(contentsOf: output)
      let seen = Observation(try fixture.image(), proprioception: [0.5, 3])
      let chunks = try [policy, read].map { try $0.predictChunk([seen], instruction: "wave") }
      #expect(chunks[0] == chunks[1])
      #expect((read.backbone as? VLM)?.stateScaling?.origin == [0, 5])

      for origin in [[0], [], [0, 5, 7], "x"] as [Any] {
        try setting(["backbone", "configuration", "stateScaling", "origin"], to: origin)(output)
        let error = #expect(throws: (any Error).self) { try VLA(contentsOf: output) }
        #expect("\(error!)".contains(output.path), "\(error!)")
      }
    }
  }

  @Test(
    "of a published VLM only what is new is written; the rest stays packed", arguments: published)
  func stays(fixture: Fixture) throws {
    let name = try VLM.family(of: fixture.folder).name
    let policy = try VLA.fromVLM(
      name, modelPath: fixture.folder.path, head: .tokens(bins: 8))
    try addLoRA(policy)
    let packed = policy.namedParameters.filter(\.parameter.isPacked).map(\.name)
    try #require(!packed.isEmpty)
    try roundTrip(policy, at: fixture.image()) { folder, read in
      let new = policy.namedParameters.map(\.name).filter {
        $0.hasPrefix("head.") || $0.contains(".adaptation.")
      }
      let written = try names(in: folder)
      #expect(written == new.sorted())
      #expect(read.namedParameters.filter(\.parameter.isPacked).map(\.name) == packed)
      #expect(read.backbone.parameterCount == policy.backbone.parameterCount)
    }
  }

  @Test("of a published VLM, layers that were merged, trained or unpacked are written")
  func changed() throws {
    let fixture = try #require(Fixture.of("llava15").first)
    let policy = try VLA.fromVLM("llava", modelPath: fixture.folder.path, head: .l1)
    try addLoRA(policy)
    policy.backbone.mergeLoRA()
    let parameters = Dictionary(
      uniqueKeysWithValues: policy.namedParameters.map { ($0.name, $0.parameter) })
    let language = "backbone.network.language"
    let (gain, unpacked) = ("\(language).norm.weight", "\(language).embedding.weight")
    parameters[gain]!.values = parameters[gain]!.values.map { $0 + 0.25 }
    parameters[unpacked]!.adopt(parameters[unpacked]!.unpacked())
    try roundTrip(policy, at: fixture.image()) { folder, read in
      let adapted = policy.backbone.linearLayers.filter { $0.layer.adaptation != nil }
        .map { "backbone.\($0.name).weight" }
      let head = policy.head.namedParameters.map { "head.\($0.name)" }
      let expected = (adapted + head + [gain, unpacked]).sorted()
      let written = try names(in: folder)
      #expect(written == expected)
    }
  }

  @Test("an adapted OpenVLA is saved without its published weights and predicts the same actions")
  func spokenPublished() throws {
    let fixture = try #require(Fixture.of("openvla").first)
    let facts = try #require(fixture.facts()["actions"] as? [String: Any])
    for key in facts.keys {
      let policy = try VLA.fromVLM("openvla", modelPath: fixture.folder.path, unnormKey: key)
      try addLoRA(policy)
      try roundTrip(policy, at: fixture.image()) { folder, _ in
        let others = try names(in: folder).filter { !$0.contains(".adaptation.") }
        #expect(others.isEmpty)
      }
    }
  }

  @Test(
    "a policy that was read is written again as the same bytes, also with another folder's path")
  func again() throws {
    let fixture = try #require(Fixture.of("llava15").first)
    let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let policy = try VLA.fromVLM("llava", modelPath: fixture.folder.path + "/../llava15/")
    try addLoRA(policy)
    let places = (1...2).map { folder.appending(path: "\($0)") }
    try policy.write(to: places[0])
    try VLA(contentsOf: places[0]).write(to: places[1])
    for file in [VLA.configurationFile, VLA.weightsFile, VLA.statisticsFile] {
      let bytes = try places.map { try Data(contentsOf: $0.appending(path: file)) }
      #expect(bytes[0] == bytes[1], "\(file)")
    }
  }

  @Test("an adapted toy policy is restored")
  func toy() throws {
    var random = SeededRandom(seed: 2)
    let policy = try VLA(
      backbone: ToyVLM(.init(), using: &random), statistics: .bundled(),
      usesProprioception: false, using: &random)
    try addLoRA(policy)
    try roundTrip(policy)
  }

  @Test("it drives in the closed loop and improves by trying, as on any backbone")
  func drives() throws {
    let policy = try VLABuilder().withVLM("llava").withActionSpace(.tabletop)
      .withStatistics(.bundled()).withHead(.tokens(bins: 8), chunk: 2).build()
    let read = try roundTrip(policy)
    let outcomes = try [policy, read].map {
      try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)($0, seeds: 0..<2).map(\.steps)
    }
    #expect(outcomes[0] == outcomes[1])
    var configuration = RLConfiguration(dataset: "tabletop_object")
    configuration.totalEpochs = 1
    (configuration.settings.groups, configuration.settings.groupSize) = (2, 2)
    configuration.settings.evaluateEvery = 0
    let trainer = try GRPOTrainer(read, configuration)
    #expect(try trainer.step().iteration == 1)
  }
}

extension Module {
  fileprivate var isMerged: Bool {
    linearLayers.contains { ($0.layer.adaptation as? LoRA)?.isMerged == true }
  }
}
