import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// Folders of policies on VLMs that cannot be read: each is refused in one line, which says where.
@Suite struct DamagedVLMPolicyTests {
  private typealias Tensors = [(name: String, shape: [Int], values: [Float])]

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  /// What reading says of a folder, after `damage`, of a policy on a copy of a tiny published LLaVA at
  /// `llava` beside it.
  private func problem(_ damage: (URL) throws -> Void) throws -> String {
    var text = ""
    try withFolder { folder in
      let (llava, written) = (folder.appending(path: "llava"), folder.appending(path: "policy"))
      let fixture = try #require(Fixture.of("llava15").first)
      try FileManager.default.copyItem(at: fixture.folder, to: llava)
      let policy = try VLA.fromVLM("llava", modelPath: llava.path, head: .tokens(bins: 8))
      var random = SeededRandom(seed: 1)
      try policy.backbone.adapt(["query"]) { LoRA(for: $0, rank: 2, alpha: 4, using: &random) }
      try policy.backbone.adapt(["feedForward.down"]) {
        BottleneckAdapter(for: $0, width: 2, using: &random)
      }
      try policy.write(to: written)
      try damage(written)
      var caught: (any Error)?
      do { _ = try VLA(contentsOf: written) } catch { caught = error }
      text = "\(try #require(caught, "the damage went unnoticed"))"
      #expect(text.contains(folder.path), "\(text)")
      #expect(!text.contains("\n") && text.utf8.count < 1000)
    }
    return text
  }

  private func rewriting(_ change: @escaping (inout Tensors) -> Void) -> (URL) throws -> Void {
    { folder in
      let url = folder.appending(path: VLA.weightsFile)
      let file = try SafetensorsFile(url: url)
      var tensors: Tensors = try file.names.map {
        ($0, try file.shape(of: $0), try file.values(of: $0))
      }
      change(&tensors)
      try Safetensors.write(tensors, to: url)
    }
  }

  private static let query = "backbone.network.language.blocks.0.attention.query"

  @Test("a published VLM that is gone is missed at its path")
  func gone() throws {
    let text = try problem {
      try FileManager.default.removeItem(at: $0.appending(path: "../llava").standardized)
    }
    #expect(text.contains("config.json: backbone.configuration.modelPath: llava was at /"))
    #expect(text.contains("/llava, which is no folder; put it there, or correct modelPath"))
  }

  @Test("a folder without a config.json, of another family or with other weights is refused")
  func other() throws {
    let ours = try problem(setting(["backbone", "configuration", "modelPath"], to: "."))
    #expect(ours.contains("not a VLM"), "\(ours)")
    #expect(
      try problem(setting(["backbone", "configuration", "modelPath"], to: "..")).contains(
        "no config.json"))
    let openVLA = try #require(Fixture.of("openvla").first).folder.path
    let found = try problem(setting(["backbone", "configuration", "modelPath"], to: openVLA))
    #expect(found.contains("holds a openvla, this policy stands on a llava"))
    let text = try problem { folder in
      let url = folder.appending(path: "../llava/model.safetensors").standardized
      let file = try SafetensorsFile(url: url)
      let tensors = try file.names.map {
        ($0, try file.shape(of: $0), try file.values(of: $0).map { $0 * 1.01 })
      }
      try Safetensors.write(tensors, as: .float16, to: url)
    }
    #expect(text.contains("llava of other weights than this policy's"))
  }

  @Test("a relative path begins at the policy's folder")
  func relative() throws {
    try withFolder { folder in
      let (llava, written) = (folder.appending(path: "llava"), folder.appending(path: "policy"))
      let fixture = try #require(Fixture.of("llava15").first)
      try FileManager.default.copyItem(at: fixture.folder, to: llava)
      try VLA.fromVLM("llava", modelPath: llava.path).write(to: written)
      try setting(["backbone", "configuration", "modelPath"], to: "../llava")(written)
      _ = try VLA(contentsOf: written)
    }
  }

  @Test("paths that are none, unknown VLMs, fusions and heads are refused")
  func configuration() throws {
    for path in ["", "/a\0b", "/a\nb", String(repeating: "/x", count: 100_000)] {
      let text = try problem(setting(["backbone", "configuration", "modelPath"], to: path))
      #expect(text.contains("backbone.configuration.modelPath: not a path"))
    }
    _ = try problem(setting(["backbone", "configuration", "modelPath"], to: "/dev/zero"))
    _ = try problem(setting(["backbone", "configuration", "modelPath"], to: 7))
    #expect(
      try problem(setting(["backbone", "configuration", "vlm"], to: "lava")).contains(
        "similar names are llava"))
    let closed = try problem(setting(["backbone", "configuration", "vlm"], to: "rt-2"))
    #expect(closed.contains("closed weights"), "\(closed)")
    let long = String(repeating: "x\n", count: 100_000)
    #expect(
      try problem(setting(["backbone", "configuration", "vlm"], to: long)).contains(
        "vlm: not a name"))
    func fused(_ fusion: String) -> [String: Any] {
      part("fusedVLM", ["vlm": ["vlm": "llava"], "fusion": part(fusion, ["ratio": 2])])
    }
    #expect(try problem(setting(["backbone"], to: fused(long))).contains("is not registered"))
    #expect(try problem(setting(["backbone"], to: fused("film"))).contains("not a linear layer"))
    #expect(
      try problem(setting(["head"], to: part("autoregressive"))).contains("OpenVLA does"))
    #expect(try problem(setting(["chunk"], to: 64)).contains("head.encoder"))
  }

  @Test("sizes that would fill the memory are compared with the file before anything is made")
  func sizes() throws {
    let text = try problem { folder in
      try setting(["chunk"], to: 64)(folder)
      try setting(["history"], to: 16)(folder)
      try setting(["head"], to: part("tokens", ["bins": 1024, "hidden": 128]))(folder)
    }
    #expect(text.contains("head."))
  }

  @Test("adaptations of other layers, parts, shapes or α are refused")
  func adaptations() throws {
    let (a, b) = (Self.query + ".adaptation.loraA", Self.query + ".adaptation.loraB")
    func index(_ name: String, _ tensors: Tensors) -> Int {
      tensors.firstIndex { $0.name == name }!
    }
    #expect(try problem(setting(["lora"], to: nil)).contains("no lora.alpha"))
    #expect(try problem(setting(["lora"], to: ["alpha": "4"])).contains("lora.alpha"))
    let pattern = setting(["lora", "alphaPattern"], to: ["nobody": 4])
    #expect(try problem(pattern).contains("nobody"))
    #expect(
      try problem(rewriting { $0[index(a, $0)].name = "backbone.absent.adaptation.loraA" })
        .contains("backbone.absent is not a linear layer"))
    #expect(
      try problem(rewriting { $0[index(a, $0)].name = Self.query + ".adaptation.loraC" })
        .contains("unknown adaptation tensors loraB, loraC"))
    #expect(
      try problem(rewriting { $0.remove(at: index(b, $0)) }).contains(
        "unknown adaptation tensors loraA"))
    #expect(try problem(rewriting { $0[index(a, $0)].shape.reverse() }).contains(a))
    #expect(try problem(rewriting { $0[index(b, $0)].shape.reverse() }).contains(b))
    let none = rewriting {
      let (a, b) = (index(a, $0), index(b, $0))
      ($0[a].shape, $0[a].values) = ([0, $0[a].shape[1]], [])
      ($0[b].shape, $0[b].values) = ([$0[b].shape[0], 0], [])
    }
    #expect(try problem(none).contains("[0, "))
    #expect(try problem(rewriting { $0[index(a, $0)].values[0] = .nan }).contains("NaN"))
    let down = rewriting { tensors in
      let i = tensors.firstIndex { $0.name.hasSuffix("adaptation.down.weight") }!
      tensors[i].shape.reverse()
    }
    #expect(try problem(down).contains("adaptation.down.weight has shape"))
  }

  @Test("numbers for other parts are refused, and a head's must all be there")
  func weights() throws {
    #expect(
      try problem(rewriting { $0.append(("backbone.nobody.weight", [1], [1])) })
        .contains("backbone.nobody.weight has no place"))
    #expect(
      try problem(rewriting { $0.removeAll { $0.name.hasPrefix("head.") } }).contains("head."))
    let published = Self.query + ".weight"
    #expect(
      try problem(rewriting { $0.append((published, [2, 2], [1, 1, 1, 1])) }).contains("[2, 2]"))
    _ = try problem { folder in
      let file = folder.appending(path: VLA.weightsFile)
      try Data(contentsOf: file).dropLast(9).write(to: file)
    }
  }

  @Test("a nano VLM's numbers must all be there")
  func nano() throws {
    try withFolder { folder in
      try VLA.fromVLM("clip+gpt2").write(to: folder)
      try rewriting { $0.removeAll { $0.name == "backbone.network.projector.expand.bias" } }(folder)
      let error = #expect(throws: SafetensorsError.self) { try VLA(contentsOf: folder) }
      #expect("\(error!)".contains("projector.expand.bias"))
    }
  }

  @Test("a policy that a folder cannot describe is not written, and what was there stays")
  func cannotDescribe() throws {
    final class Doubling: Adaptation {
      func callAsFunction(_ y: Tensor, from x: Tensor) -> Tensor { y * 2 }
    }
    try withFolder { folder in
      try VLA.fromVLM("llava").write(to: folder)
      let files = { try FileManager.default.contentsOfDirectory(atPath: folder.path).count }
      let adapted = try VLA.fromVLM("llava")
      try adapted.backbone.adapt(["query"]) { _ in Doubling() }
      let long = try VLABuilder().withHead(.l1, chunk: 65).build()
      var random = SeededRandom(seed: 0)
      var sizes = LLaVAConfiguration()
      (sizes.imageToken, sizes.language.vocabulary) = (256, 300)
      let (network, tokenizer) = (LLaVA(sizes, using: &random), ByteTokenizer())
      func vlm(_ family: String, isRandom: Bool) throws -> VLA {
        let vlm = VLM(
          family: family, network: network, tokenizer: tokenizer,
          preprocessor: .nano(side: network.imageSize), isRandom: isRandom
        ) { question, image in
          try network.prompt(tokenizer.encode(question), image: image)
        }
        let space = ActionSpace()
        return try VLA(
          backbone: vlm, space: space, statistics: ActionStatistics(boundsOf: space),
          usesProprioception: false, using: &random)
      }
      for (policy, word) in [
        (adapted, "Doubling"), (long, "chunk is 65"), (try vlm("mine", isRandom: true), "mine"),
        (try vlm("llava", isRandom: false), "language.embedding.weight"),
        (try vlm("llava", isRandom: true), "language.embedding.weight"),
      ] {
        let error = #expect(throws: CheckpointError.self) { try policy.write(to: folder) }
        #expect("\(error!)".contains(word), "\(error!)")
        #expect(!"\(error!)".contains("\n"))
        #expect(try files() == 3)
      }
      _ = try VLA(contentsOf: folder)
    }
  }
}
