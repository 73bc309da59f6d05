import Files
import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

/// FastVLM against `transformers` and timm, on every fixture there is.
@Suite struct FastVLMTests {
  @Test(
    "every number of FastVLM is that of transformers", arguments: Fixture.of("fastvlm"),
    [false, true])
  func parity(fixture: Fixture, packed: Bool) throws {
    let configuration = try FastVLMConfiguration(fixture.config())
    let model = build(packed: packed) { FastVLM(configuration, using: &$0) }
    let unused = try model.load(fixture.weights(), with: FastVLM.weights, packed: packed)
    #expect(unused == [])
    #expect(model.language.blocks[0].attention.query.weight.isPacked == packed)
    var worst: Float = 0
    func expect(_ name: String, _ found: Tensor) throws {
      try fixture.expect(name, found)
      worst = max(worst, maximumDifference(found.values, try fixture.tensor(name).values))
    }
    let names = try fixture.reference().names
    func expectMap(_ name: String, _ found: Tensor) throws {
      let map = found.permuted([0, 3, 1, 2])  // [B, H, W, C] → [B, C, H, W]
      // Of large maps the reference holds two channels.
      let (part, isPart) = (name + ".channels0to1", names.contains(name + ".channels0to1"))
      try isPart ? expect(part, map.sliced(axis: 1, 0..<2)) : expect(name, map)
    }

    let (vision, images) = (model.vision, try fixture.pixels())
    let first = vision.patches(images.windows(3, stride: 2)).geluExact()
    let second = vision.stem.depthwise(first).geluExact()
    let third = vision.stem(first)
    for (N, map) in [first, second, third].enumerated() { try expectMap("vision.stem.\(N)", map) }
    var maps: [Tensor] = []
    let last = vision(images) { maps.append($0) }
    #expect(maps.count == 5)
    for (N, map) in maps.enumerated() { try expectMap("vision.stage.\(N)", map) }
    try expectMap("vision.final_conv", last)
    try expect("projector", model.encodeImage(images))

    let prompt = try model.prompt(fixture.table("input_ids"), images: images)
    try expect("merged_inputs_embeds", prompt)
    var layers: [Tensor] = []
    let hidden = model.language(prompt) { layers.append($0) }
    for (N, layer) in layers.enumerated() { try expect("lm.layer.\(N)", layer) }
    try expect("lm.final_norm", hidden)
    try expect("logits.last8", model.language.logits(hidden).last8)
    try expectGreedy(model.language, after: prompt, fixture, "generate")
    print("parity: \(fixture.testDescription) ran, maximum error \(worst)")
  }

  @Test(
    "from the folder alone, ids and pixels are the reference's bit for bit, and so is the answer",
    arguments: Fixture.of("fastvlm"))
  func folder(fixture: Fixture) throws {
    let vlm = try VLM.read(fixture.folder)
    #expect(vlm.family == "fastvlm" && vlm.notes == [] && vlm.unusedTensors == [])
    let text = try #require(fixture.facts()["prompt"] as? String)
    #expect(try [vlm.tokenizer.encode(text)] == fixture.table("input_ids"))
    let pixels = try vlm.preprocessor([fixture.image()])  // [1, H, W, 3]
    let expected = try fixture.pixels()
    #expect(pixels.shape == expected.shape)
    #expect(pixels.values.map(\.bitPattern) == expected.values.map(\.bitPattern))
    let asked = try #require(text.split(separator: "<image>\n").last)
    let end = try #require(asked.range(of: "<|im_end|>"))
    let question = String(asked[..<end.lowerBound])
    let prompt = try withoutGradient { try vlm.prompt(fixture.image(), question) }
    try fixture.expect("merged_inputs_embeds", prompt)
    let ids = try fixture.integers("generate.ids")
    #expect(Generation(vlm.network.language)(after: prompt, count: ids.count) == ids)
    let answer = try vlm.answer(fixture.image(), question, tokens: ids.count)
    #expect(try answer == vlm.tokenizer.decode(ids, skippingSpecialTokens: true))
  }

  /// The name in Apple's files of a tensor that transformers calls `name`: the conversion of
  /// transformers (convert_fastvlm_weights_to_hf.py), backwards.
  private func appleName(_ name: String) -> String {
    guard name.hasPrefix("model.vision_tower.") else {
      return name.replacing("model.language_model.", with: "model.")
        .replacing("multi_modal_projector.linear_1", with: "mm_projector.0")
        .replacing("multi_modal_projector.linear_2", with: "mm_projector.2")
    }
    var name = name.replacing(".timm_model.", with: ".vision_tower.model.")
    for (stage, blocks) in [0, 2, 4, 7, 10].enumerated() {
      let downsampling = stage < 3 ? blocks - 1 : blocks - 2
      name = name.replacing("stages.\(stage).blocks.", with: "network.\(blocks).")
        .replacing(
          "stages.\(stage).downsample.proj.0.reparam_conv",
          with: "network.\(downsampling).proj.0.lkb_reparam"
        )
        .replacing("stages.\(stage).downsample.", with: "network.\(downsampling).")
        .replacing("stages.\(stage).pos_emb.", with: "network.\(blocks - 1).")
    }
    return name.replacing("stem.", with: "patch_embed.").replacing(".mlp.", with: ".convffn.")
      .replacing("final_conv.", with: "conv_exp.").replacing(".gamma", with: "")
      .replacing("se.fc1", with: "se.reduce").replacing("se.fc2", with: "se.expand")
  }

  @Test(
    "a checkpoint with the names of Apple's files is the same network",
    arguments: Fixture.of("fastvlm"))
  func apple(fixture: Fixture) throws {
    let configuration = try FastVLMConfiguration(fixture.config())
    let source = try fixture.weights()
    var tensors: [String: Tensor] = [
      "model.vision_tower.vision_tower.model.head.proj": uniform(64, 8)
    ]
    for name in source.names where try !source.dataType(of: name).isWhole {
      tensors[appleName(name)] = try Tensor(source.values(of: name), shape: source.shape(of: name))
    }
    #expect(tensors["model.vision_tower.vision_tower.model.network.9.reparam_conv.bias"] != nil)
    #expect(tensors.keys.allSatisfy { !$0.contains("stages") && !$0.contains("timm") })
    let (theirs, ours) = (
      build(packed: false) { FastVLM(configuration, using: &$0) },
      build(packed: false) { FastVLM(configuration, using: &$0) }
    )
    let unused = try theirs.load(WeightMapTests.Memory(tensors: tensors), with: FastVLM.weights)
    #expect(unused == [])
    try ours.load(source, with: FastVLM.weights)
    #expect(theirs.parameters.map(\.values) == ours.parameters.map(\.values))
  }

  @Test(
    "what a FastVLM of this kind cannot have is refused by name",
    arguments: [
      ("vision_config.architecture", #""fastvit_mci0""#, "fastvit_mci3"),
      ("vision_config.model_type", #""clip_vision_model""#, "timm_wrapper"),
      ("vision_config.model_args.inference_mode", "false", "true"),
      ("vision_config.model_args.se_downsamples", "[true]", "FastViT does not read"),
      ("vision_config.model_args.embed_dims", "[8, 16, 16, 32]", "5"),
      ("vision_config.model_args.embed_dims", "[8, 16, 16, 32, 48]", "a multiple of 32"),
      ("vision_config.model_args.embed_dims", "[8, 12, 16, 32, 32]", "a multiple of 8"),
      ("vision_config.model_args.mlp_ratios", "[2, 2, 0.01, 2, 2]", "at least 1 / embed_dims"),
      ("vision_config.hidden_size", "32", "twice the last of embed_dims"),
      ("vision_config.window_size", "7", "FastViT does not read"),
      ("vision_feature_layer", "-2", "-1"),
      ("vision_feature_select_strategy", #""default""#, "full"),
      ("image_aspect_ratio", #""pad""#, "FastVLM does not read"),
      ("image_seq_length", "65536", "so small that"),
      ("text_config.model_type", #""phi3""#, "qwen2"),
    ])
  func refused(key: String, value: String, part: String) throws {
    let folder = try EditedFolder("fastvlm")
    try folder.set(
      key, JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed))
    let line = folder.refusal()
    let name = try #require(key.split(separator: ".").last)
    #expect(line.contains(part) && line.contains(name), "\(line)")
  }

  @Test("a text model of no stated kind, a missing tensor and an unknown one are refused by name")
  func damaged() throws {
    let folder = try EditedFolder("fastvlm")
    try folder.set("text_config.model_type", nil)
    #expect(folder.refusal().contains("text_config.model_type is missing"))
    let (name, other) = (
      "model.vision_tower.timm_model.stages.4.pos_emb.reparam_conv.bias",
      "model.vision_tower.timm_model.stages.0.blocks.0.token_mixer.conv_scale.weight"
    )
    let less = try EditedFolder("fastvlm")
    try less.setWeights { $0[name] = nil }
    #expect(less.refusal().contains(name))
    let more = try EditedFolder("fastvlm")
    try more.setWeights { $0[other] = (shape: [8], values: Array(repeating: 1, count: 8)) }
    #expect(more.refusal().contains(other))
  }

  @Test("images of other sizes give a token for 64×64 pixels, at most as many as config.json says")
  func sizes() throws {
    let folder = try EditedFolder("fastvlm")
    func crop(_ height: Int, _ width: Int) throws {
      try folder.set(
        "crop_size", ["height": height, "width": width], in: "preprocessor_config.json")
    }
    for (height, width) in [(64, 64), (1, 128), (33, 65), (128, 20)] {
      try crop(height, width)
      let vlm = try VLM.read(folder.url)
      let prompt = try vlm.prompt(folder.image(), "What?")
      let tokens = ((height + 63) / 64) * ((width + 63) / 64)
      let text = try vlm.tokenizer.encode(
        "<|im_start|>user\n\nWhat?<|im_end|>\n<|im_start|>assistant\n")
      // Without the placeholders, the two line breaks around them may be one token.
      #expect((text.count + tokens...text.count + tokens + 1).contains(prompt.dim(1)))
    }
    try crop(128, 128)
    let line = folder.refusal(asking: "What?")
    #expect(line.contains("images of 128×128 pixels, config.json requires 64×64"), "\(line)")
  }

  @Test("a FastViT is differentiable to every parameter but the statistics of its training")
  func gradient() {
    var configuration = FastViTConfiguration()
    (configuration.widths, configuration.headWidth) = ([2, 2, 2, 4, 4], 2)
    configuration.expansions = [1, 1, 1, 1, 1]
    var random = SeededRandom(seed: 4)
    let tower = FastViT(configuration, using: &random)
    unsettle(tower)
    let images = uniform(1, 70, 20, 3)
    #expect(tower(images).shape == [1, 2, 1, 8])
    let (learned, fixed) = (
      tower.namedParameters.filter { !$0.name.hasSuffix("mean") && !$0.name.hasSuffix("variance") },
      tower.namedParameters.filter { $0.name.hasSuffix("mean") || $0.name.hasSuffix("variance") }
    )
    expectGradients(learned, tolerance: 5e-3) { tower(images) }
    #expect(fixed.count == 10)
    #expect(fixed.allSatisfy { $0.parameter.gradient == nil })
  }
}
