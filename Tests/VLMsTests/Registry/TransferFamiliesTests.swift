import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// The same few words for every family: a plan, a backbone, a head, a loss.
@Suite struct TransferFamiliesTests {
  private static let images = uniform(8, 28, 28, 3, seed: 6)
  private static let words = (0..<8).map { [1 + $0, 2, 3 + $0] }

  private struct Family {
    let model: any Module
    /// The last hidden state, [N, D].
    let features: ([Int]) -> Tensor
  }

  private static func family<VLM: VisionLanguageModel>(_ model: VLM, image: [Int]) -> Family {
    Family(model: model) { rows in
      let ids = rows.map { image + words[$0] }
      let colors = images.reshaped([8, -1]).rows(at: rows).reshaped([rows.count, 28, 28, 3])
      let towers = model.imageChannels / 3
      let seen = Tensor.concatenated(Array(repeating: colors, count: towers), axis: 3)
      let prompt = try! model.prompt(ids, images: seen)
      let reader = try! model.reader(of: ids, images: seen)
      return reader.summary(of: reader(prompt))
    }
  }

  private static func make(_ name: String) -> Family {
    var random = SeededRandom(seed: 3)
    if name == "clip+gpt2" { return family(CLIPGPT2(.init(), using: &random), image: []) }
    if name == "vilt" { return family(ViLT(.init(), using: &random), image: []) }
    if name == "flamingo" { return family(Flamingo(.init(), using: &random), image: [64, 65, 64]) }
    if name == "openvla" { return family(OpenVLA(.init(), using: &random), image: [0]) }
    if name == "blip-2" {
      let sizes = BLIP2Configuration()
      let image = Array(repeating: 32, count: sizes.imageTokenCount)
      return family(BLIP2(sizes, using: &random), image: image)
    }
    if name == "instructblip" {
      let sizes = InstructBLIPConfiguration()
      let image = Array(repeating: 32, count: sizes.imageTokenCount)
      return family(InstructBLIP(sizes, using: &random), image: image)
    }
    if name == "fastvlm" { return family(FastVLM(.init(), using: &random), image: [32]) }
    if name == "llava-1.6" {
      var sizes = LLaVANeXTConfiguration()
      sizes.llava.imageToken = 63
      return family(LLaVANeXT(sizes, using: &random), image: [63, 63, 63, 63, 63])
    }
    if name == "smolvlm" {
      var sizes = SmolVLMConfiguration()
      sizes.imageToken = 63
      return family(SmolVLM(sizes, using: &random), image: [63, 63, 63, 63])
    }
    if name == "paligemma" {
      var sizes = PaliGemmaConfiguration()
      sizes.imageToken = 63
      return family(PaliGemma(sizes, using: &random), image: [63, 63, 63, 63])
    }
    if name == "pi0" {
      var sizes = PiZeroConfiguration()
      sizes.paligemma.imageToken = 63
      return family(PiZero(sizes, using: &random), image: [63, 63, 63, 63])
    }
    var sizes = LLaVAConfiguration()
    sizes.imageToken = 63
    return family(LLaVA(sizes, using: &random), image: [63, 63, 63, 63])
  }

  @Test(
    "each strategy starts from the family's own outputs and lowers the loss",
    arguments: VLMRegistry().available, TransferStrategy.allCases)
  func learns(name: String, strategy: TransferStrategy) throws {
    let family = Self.make(name)
    let (before, all) = (family.features(Array(0..<8)).values, Array(0..<8))
    var random = SeededRandom(seed: 7)
    let width = family.features([0]).dim(1)
    let head = Linear(inputs: width, outputs: 2, using: &random)
    let target = uniform(8, 2, seed: 9)
    func loss(_ rows: [Int]) -> Tensor {
      (head(family.features(rows)) - target.rows(at: rows)).squared().mean()
    }
    var plan = TransferPlan(for: VLMCapabilities(parameterCount: 30_000), strategy: strategy)
    plan.batchSize = 8
    let learning = try TransferLearning(
      family.model, head: head, plan: plan, examples: 8, steps: 40
    ) { rows, _ in loss(rows) }
    #expect(family.features(all).values == before)
    let first = loss(all).item
    for _ in 0..<40 { learning.step() }
    #expect(loss(all).item < 0.8 * first)
  }

  @Test("adapters are attached in both kinds of block")
  func adapters() throws {
    let family = Self.make("llava")
    let plan = TransferPlan(for: VLMCapabilities(parameterCount: 1), strategy: .adapterLayers)
    var random = SeededRandom(seed: 7)
    _ = try TransferLearning(
      family.model, head: Linear(inputs: 2, outputs: 2, using: &random), plan: plan, examples: 1,
      steps: 1
    ) { _, _ in Tensor([0], shape: [1]) }
    let adapted = family.model.linearLayers.filter { $0.layer.adaptation != nil }.map(\.name)
    #expect(adapted.count == 8)
    #expect(adapted.contains("vision.blocks.0.feedForward.contract"))
    #expect(adapted.contains("language.blocks.1.feedForward.down"))
  }

  @Test("packed weights can be adapted by LoRA; strategies that change them are refused")
  func packed() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appending(path: "one.safetensors")
    var random = SeededRandom(seed: 7)
    let backbone = TinyTransformer(width: 4, depth: 1, heads: 1, using: &random)
    let head = Linear(inputs: 4, outputs: 1, using: &random)
    let query = backbone.blocks[0].attention.query.weight
    try Safetensors.write([("w", query.shape, query.values)], as: .bfloat16, to: url)
    query.adopt(try SafetensorsFile(url: url).tensor("w"))
    let stored = query.values
    func learning(_ strategy: TransferStrategy) throws -> TransferLearning {
      let plan = TransferPlan(for: VLMCapabilities(parameterCount: 1), strategy: strategy)
      return try TransferLearning(backbone, head: head, plan: plan, examples: 4, steps: 4) {
        rows, _ in head(backbone(uniform(rows.count, 2, 4))).squared().mean()
      }
    }
    let error = TransferError.packed("blocks.0.attention.query.weight", .directFineTuning)
    #expect(throws: error) { try learning(.directFineTuning) }
    #expect("\(error)".contains("use lora"))
    #expect(backbone.blocks[0].attention.key.weight.requiresGradient)
    let lora = try learning(.lora)
    for _ in 0..<4 { lora.step() }
    #expect(query.isPacked && query.values == stored)
    let adapted = backbone.blocks[0].attention.query.adaptation as! LoRA
    #expect(adapted.loraB.values.contains { $0 != 0 })
  }
}
