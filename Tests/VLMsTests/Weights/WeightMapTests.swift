import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

@Suite struct WeightMapTests {
  /// Tensors in memory, as a checkpoint offers them.
  struct Memory: TensorSource {
    var tensors: [String: Tensor]
    var whole: Set<String> = []
    var names: [String] { tensors.keys.sorted() }
    func shape(of name: String) -> [Int] { tensors[name]!.shape }
    func values(of name: String) -> [Float] { tensors[name]!.values }
    func holdsWholeNumbers(_ name: String) -> Bool { whole.contains(name) }
  }

  final class Small: Module {
    let layers: [GroupedQueryAttention]
    let patches: PatchEmbedding
    init(using random: inout SeededRandom) {
      layers = [
        GroupedQueryAttention(width: 4, heads: 2, keyValueHeads: 1, using: &random),
        GroupedQueryAttention(width: 4, heads: 2, keyValueHeads: 1, using: &random),
      ]
      patches = PatchEmbedding(imageSize: 4, patchSize: 2, width: 4, bias: false, using: &random)
    }
  }
  private let map =
    WeightMap(["patches.positions": "(model.|)pos"], ignoring: ["(model.|)h.{N}.mask"])
    + WeightMap(["patches.projection": "(model.|)conv"], form: .patches)
    + WeightMap(
      split: "(model.|)h.{N}.qkv",
      into: ["layers.{N}.query", "layers.{N}.key", "layers.{N}.value"])
    + WeightMap(["layers.{N}.output": "(model.|)h.{N}.out"], form: .transposed)

  private func checkpoint(_ prefix: String = "") -> Memory {
    var tensors: [String: Tensor] = [
      "pos": uniform(1, 4, 4, seed: 1), "conv.weight": uniform(4, 3, 2, 2, seed: 2),
    ]
    for n in 0..<2 {
      tensors["h.\(n).qkv.weight"] = uniform(8, 4, seed: UInt64(10 + n))
      tensors["h.\(n).qkv.bias"] = uniform(8, seed: UInt64(20 + n))
      tensors["h.\(n).out.weight"] = uniform(4, 4, seed: UInt64(30 + n))
      tensors["h.\(n).out.bias"] = uniform(4, seed: UInt64(40 + n))
      tensors["h.\(n).mask"] = uniform(1, seed: 5)
    }
    return Memory(
      tensors: Dictionary(uniqueKeysWithValues: tensors.map { (prefix + $0.key, $0.value) }))
  }
  private func model() -> Small {
    var random = SeededRandom(seed: 9)
    return Small(using: &random)
  }

  @Test("each value is read into its parameter, under either prefix", arguments: ["", "model."])
  func lands(prefix: String) throws {
    let (model, source) = (model(), checkpoint(prefix))
    let unused = try model.load(source, with: map)
    #expect(unused == [])
    let second = model.layers[1]
    let qkv = source.tensors[prefix + "h.1.qkv.weight"]!
    #expect(second.query.weight.values == Array(qkv.values[0..<16]))
    #expect(second.key.weight.values == Array(qkv.values[16..<24]))
    #expect(second.value.weight.values == Array(qkv.values[24..<32]))
    let bias = source.tensors[prefix + "h.1.qkv.bias"]!.values
    #expect(second.value.bias?.values == Array(bias[6..<8]))
    let output = source.tensors[prefix + "h.1.out.weight"]!
    #expect(second.output.weight[1, 3] == output[3, 1])
    let convolution = source.tensors[prefix + "conv.weight"]!
    // Our patches are ordered row, column, color; a convolution is ordered color, row, column.
    #expect(model.patches.projection.weight[2, (1 * 2 + 0) * 3 + 2] == convolution[2, 2, 1, 0])
    #expect(model.patches.positions.values == source.tensors[prefix + "pos"]!.values)
  }

  @Test("a missing tensor is named with the most similar one, and nothing changes")
  func missing() throws {
    let model = model()
    let before = model.parameters.map(\.values)
    var source = checkpoint()
    source.tensors["poss"] = source.tensors.removeValue(forKey: "pos")
    let error = #expect(throws: WeightError.self) { try model.load(source, with: map) }
    #expect(error == .missing("pos", nearest: "poss"))
    let after = model.parameters.map(\.values)
    #expect(before == after)
    let empty = #expect(throws: WeightError.self) {
      try model.load(Memory(tensors: [:]), with: map)
    }
    let line = empty.map { "\($0)" } ?? ""
    #expect(line.contains("it has no tensors") && !line.contains("\n"))
  }

  @Test(
    "a wrong shape is refused with both shapes",
    arguments: [
      ("pos", [5, 4], [4, 4]), ("conv.weight", [4, 3, 3, 3], [4, 3, 2, 2]),
      ("h.0.qkv.weight", [12, 4], [8, 4]), ("h.0.out.bias", [5], [4]),
    ] as [(String, [Int], [Int])])
  func wrongShape(name: String, found: [Int], needed: [Int]) {
    var source = checkpoint()
    source.tensors[name] = .zeros(found)
    let error = #expect(throws: WeightError.self) { try model().load(source, with: map) }
    #expect(error == .wrongShape(name, needed: needed, found: found))
  }

  @Test("tensors of other parts are listed, except known buffers")
  func unused() throws {
    var source = checkpoint()
    source.tensors["value_head.weight"] = .zeros([4, 4])
    source.tensors["layers.2.weight"] = .zeros([1])
    let unused = try model().load(source, with: map)
    #expect(unused == ["layers.2.weight", "value_head.weight"])
  }

  @Test(
    "whole numbers that a part has no place for are codes of weights, unless they count or mask",
    arguments: [
      ("h.2.out.weight", true), ("h.0.qkv.weight_blocks", true), ("h.0.code", true),
      ("h.0.position_ids", false), ("h.0.norm.num_batches_tracked", false),
      ("h.0.attn_mask", false), ("other.weight", false),
    ])
  func codes(name: String, isRefused: Bool) throws {
    var source = checkpoint()
    source.tensors[name] = .zeros([4])
    source.whole = [name]
    if isRefused {
      let error = #expect(throws: WeightError.self) { try model().load(source, with: map) }
      #expect(error == .skipped([name]))
    } else {
      #expect(try model().load(source, with: map) == [name])
    }
  }

  @Test("weights that a part of the network has no place for are refused by name")
  func skipped() throws {
    for names in [["h.2.out.weight"], ["h.0.mask.weight"], ["h.0.qkv.gate", "h.0.qkv.gates"]] {
      var source = checkpoint()
      for name in names { source.tensors[name] = .zeros([4, 4]) }
      let model = model()
      let before = model.parameters.map(\.values)
      let error = #expect(throws: WeightError.self) { try model.load(source, with: map) }
      #expect(error == .skipped(names))
      let after = model.parameters.map(\.values)
      #expect(before == after)
      #expect("\(error!)".contains(names[0]) && !"\(error!)".contains("\n"))
    }
  }

  @Test(
    "tensors of quantized checkpoints and of adapters are refused, whatever else is wrong",
    arguments: [
      ("h.0.qkv.weight.absmax", "quantized"),
      ("h.0.qkv.weight.quant_state.bitsandbytes__nf4", "quantized"),
      ("h.0.qkv.SCB", "quantized"), ("h.1.out.weight_scale", "quantized"),
      ("h.1.out.qweight", "quantized"),
      ("h.1.out.weight_scale_inv", "quantized"), ("other.scales", "quantized"),
      ("base_model.model.h.0.qkv.lora_A.weight", "merge"),
      ("h.0.qkv.lora_B.default.weight", "merge"),
      ("h.0.qkv.base_layer.weight", "merge"), ("h.0.qkv.lora_magnitude_vector", "merge"),
    ])
  func foreign(name: String, word: String) {
    var source = checkpoint()
    source.tensors[name] = .zeros([1])
    source.tensors["pos"] = nil
    let error = #expect(throws: WeightError.self) { try model().load(source, with: map) }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains(name) && line.contains(word) && !line.contains("\n"), "\(line)")
  }

  @Test("a name that ends in .* ignores everything below it") func below() throws {
    var source = checkpoint()
    source.tensors["h.1.pool.deep.weight"] = .zeros([1])
    let ignoring = map + WeightMap([:], ignoring: ["h.{N}.pool.*"])
    #expect(try model().load(source, with: ignoring) == [])
    source.tensors["h.1.pooling.weight"] = .zeros([1])
    let error = #expect(throws: WeightError.self) { try model().load(source, with: ignoring) }
    #expect(error == .skipped(["h.1.pooling.weight"]))
  }

  @Test("every parameter of every family has a published name, including tied heads and biases")
  func complete() {
    var random = SeededRandom(seed: 1)
    var qwen = RotaryDecoderConfiguration()
    (qwen.inputBias, qwen.isTied) = (true, true)
    let families: [(any Module, WeightMap)] = [
      (CLIP(CLIPConfiguration(), using: &random), CLIP.weights),
      (LLaVA(LLaVAConfiguration(), using: &random), LLaVA.weights),
      (RotaryDecoder(qwen, using: &random), RotaryDecoder.weights()),
      (GPT2(GPT2Configuration(), using: &random), GPT2.weights()),
    ]
    for (model, map) in families {
      // An empty checkpoint names the first missing key; a parameter without a rule would stop.
      #expect(throws: WeightError.self) { try model.load(Memory(tensors: [:]), with: map) }
    }
  }
}
