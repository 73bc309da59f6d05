import Files

/// The sizes of a ``FastViT``; the defaults are a nano one.
public struct FastViTConfiguration: Sendable, Equatable {
  /// The channels, the blocks, and the expansion of the feed-forward layers, of each stage.
  public var widths = [8, 16, 16, 32, 32]
  public var depths = [1, 1, 1, 1, 1]
  public var expansions = [2.0, 2, 2, 2, 2]
  public var headWidth = 32

  /// Nano size.
  public init() {}

  /// V.
  public var outputWidth: Int { 2 * widths.last! }
  /// The pixels of an image's side that become one.
  public static let stride = 64

  func hidden(_ stage: Int) -> Int { Int(Double(widths[stage]) * expansions[stage]) }
  func attends(_ stage: Int) -> Bool { stage >= 3 }

  /// The vectors of an image of `height` × `width` pixels.
  static func tokenCount(height: Int, width: Int) -> Int {
    ((height + stride - 1) / stride) * ((width + stride - 1) / stride)
  }
}

/// The `vision_config` of a FastVLM, in which timm, a library of image models, names a tower:
///
///     { "model_type": "timm_wrapper", "architecture": "fastvit_mci3",
///       "model_args": {"inference_mode": true} }
///
/// Other sizes than those of timm's model stand in `model_args`, as small checkpoints for tests have.
extension FastViTConfiguration {
  /// Reads a `timm_wrapper`.
  /// - Throws: `JSONFileError`
  init(_ json: JSONValue) throws {
    self.init()
    _ = try json["model_type"].choice(["timm_wrapper": true], default: "timm_wrapper")
    let name = json["architecture"]
    // timm adds the training data to the name: "fastvit_mci3.apple_mclip2_dfndr2b".
    guard try name.string(default: "fastvit_mci3").prefix(while: { $0 != "." }) == "fastvit_mci3"
    else { throw name.unsupported(["fastvit_mci3"]) }
    let arguments = json["model_args"]
    try arguments["inference_mode"].mustBe(true)  // re-parameterized
    let (wide, deep, ratios) = (
      arguments["embed_dims"], arguments["layers"], arguments["mlp_ratios"]
    )
    widths = try Self.five(wide) { try $0.int(1...65_536) } ?? [96, 192, 384, 768, 1536]
    depths = try Self.five(deep) { try $0.int(1...1024) } ?? [2, 12, 24, 4, 2]
    expansions = try Self.five(ratios) { try $0.number(0.01...64) } ?? [4, 4, 4, 4, 4]
    for stage in widths.indices {
      let before = stage == 0 ? 1 : widths[stage - 1]
      let divisor = attends(stage) ? Self.multiple(of: before, headWidth) : before
      guard widths[stage] % divisor == 0 else {
        throw wide[stage].outOfRange("a multiple of \(divisor)")
      }
      guard hidden(stage) > 0 else { throw ratios[stage].outOfRange("at least 1 / embed_dims") }
    }
    guard try json["hidden_size"].int(1...131_072, default: outputWidth) == outputWidth else {
      throw json["hidden_size"].outOfRange("\(outputWidth), twice the last of embed_dims")
    }
    // Of a classifier, which a FastVLM does not have.
    for key in ["do_pooling", "label_names", "num_features", "pretrained_cfg"] { _ = json[key] }
    try json.refuseUnread(by: "FastViT")
  }

  /// One value for each stage; nil if the list is missing.
  private static func five<Value>(
    _ list: JSONValue, _ value: (JSONValue) throws -> Value
  ) throws -> [Value]? {
    list.exists ? try list.array(count: 5...5).map(value) : nil
  }

  /// The least common multiple.
  private static func multiple(of a: Int, _ b: Int) -> Int {
    var (divisor, rest) = (a, b)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    return a / divisor * b
  }
}

extension FastViT {
  /// The published names of the weights: as timm has them, in `transformers`, or as in Apple's own files,
  /// which number downsampling, positions and blocks of all stages in one list, `network`.
  public static let weights: WeightMap = {
    let stem = "(timm_model.stem|vision_tower.model.patch_embed)."
    let final = "(timm_model.final_conv|vision_tower.model.conv_exp)."
    var map =
      WeightMap(["patches": stem + "0.reparam_conv"], form: .patches)
      + WeightMap([
        "stem.depthwise": stem + "1.reparam_conv", "stem.pointwise": stem + "2.reparam_conv",
        "final": final + "reparam_conv", "excitation.reduce": final + "se.(fc1|reduce)",
        "excitation.expand": final + "se.(fc2|expand)",
      ])
    // Where Apple's files have blocks, downsampling and positions of each stage.
    let places = [(0, -1, -1), (2, 1, -1), (4, 3, -1), (7, 5, 6), (10, 8, 9)]
    for (stage, (blocks, smaller, positions)) in places.enumerated() {
      let (timm, apple) = ("timm_model.stages.\(stage).", "vision_tower.model.network.")
      let block = "(\(timm)blocks.|\(apple)\(blocks).){N}."
      let proj = "(\(timm)downsample.proj|\(apple)\(smaller).proj)."
      let mlp = block + "(mlp|convffn)."
      map =
        map
        + WeightMap(
          [
            "downsampling.depthwise": proj + "0.(reparam_conv|lkb_reparam)",
            "downsampling.pointwise": proj + "1.reparam_conv",
            "positions": "(\(timm)pos_emb|\(apple)\(positions)).reparam_conv",
            "blocks.{N}.convolution": block + "token_mixer.reparam_conv",
            "blocks.{N}.norm": block + "norm",
            "blocks.{N}.attention.output": block + "token_mixer.proj",
            "blocks.{N}.layerScale1": block + "layer_scale_1(.gamma|)",
            "blocks.{N}.feedForward.convolution": mlp + "conv.conv",
            "blocks.{N}.feedForward.norm.weight": mlp + "conv.bn.weight",
            "blocks.{N}.feedForward.norm.bias": mlp + "conv.bn.bias",
            "blocks.{N}.feedForward.norm.mean": mlp + "conv.bn.running_mean",
            "blocks.{N}.feedForward.norm.variance": mlp + "conv.bn.running_var",
            "blocks.{N}.feedForward.expand": mlp + "fc1",
            "blocks.{N}.feedForward.contract": mlp + "fc2",
            "blocks.{N}.layerScale2": block + "layer_scale(_2|)(.gamma|)",
          ], ignoring: [mlp + "conv.bn.num_batches_tracked"]
        ).inside("stages.\(stage).", "")
        + WeightMap(
          split: block + "token_mixer.qkv",
          into: ["query", "key", "value"].map { "stages.\(stage).blocks.{N}.attention.\($0)" })
    }
    return map
  }()
}
