import Files

/// OpenVLA's vision towers, as timm, a library of image models, builds them.
///
/// The two are complementary. DINOv2 was trained on images alone: its features are spatial, such as
/// edges and surfaces. SigLIP was trained on captions: its features are semantic, the kinds of things.
/// DINOv2 has a class token, four registers and layer scales; SigLIP has only patches.
///
/// A checkpoint names its towers and leaves their sizes to timm, so they are listed here.
///
/// - Reference: Karamcheti et al., "Prismatic VLMs" (2024), §4.2; Oquab et al., "DINOv2"
///   (2023); Zhai et al., "SigLIP" (2023). Left out: towers with a pre-norm (CLIP) or SwiGLU
///   (DINOv2 giant).
extension VisionTransformerConfiguration {
  /// The sizes of a model; timm adds `_224` (image size) and `.lvd142m` (training data) to its name.
  private struct TimmModel {
    var width, depth, heads, hidden, patchSize: Int
    var isDINO = false
  }

  private static let timm = [
    "vit_small_patch14_reg4_dinov2": TimmModel(
      width: 384, depth: 12, heads: 6, hidden: 1536, patchSize: 14, isDINO: true),
    "vit_base_patch14_reg4_dinov2": TimmModel(
      width: 768, depth: 12, heads: 12, hidden: 3072, patchSize: 14, isDINO: true),
    "vit_large_patch14_reg4_dinov2": TimmModel(
      width: 1024, depth: 24, heads: 16, hidden: 4096, patchSize: 14, isDINO: true),
    "vit_base_patch16_siglip": TimmModel(
      width: 768, depth: 12, heads: 12, hidden: 3072, patchSize: 16),
    "vit_large_patch16_siglip": TimmModel(
      width: 1024, depth: 24, heads: 16, hidden: 4096, patchSize: 16),
    "vit_so400m_patch14_siglip": TimmModel(
      width: 1152, depth: 27, heads: 16, hidden: 4304, patchSize: 14),
  ]

  /// The tower with the name `id` in timm, for square images of `imageSize` pixels.
  /// - Throws: `JSONFileError`
  init(timm id: JSONValue, imageSize: JSONValue) throws {
    self.init()
    let name = try id.string().prefix { $0 != "." }  // without the training data, "….lvd142m"
    let family = name.replacing(#/_\d+$/#, with: "")  // without the image size, "…_224"
    guard let model = Self.timm[String(family)] else {
      throw id.unsupported(Self.timm.keys.sorted())
    }
    (width, depth, heads) = (model.width, model.depth, model.heads)
    (hidden, patchSize) = (model.hidden, model.patchSize)
    try setParts(classToken: model.isDINO, registers: model.isDINO ? 4 : 0, imageSize)
    layerScale = model.isDINO
  }

  /// A tower with the arguments of timm's `VisionTransformer`, as small checkpoints for tests have.
  /// - Throws: `JSONFileError`
  init(timmArguments json: JSONValue, imageSize: JSONValue) throws {
    self.init()
    width = try json["embed_dim"].int(1...65_536, default: 768)
    depth = try json["depth"].int(2...1024, default: 12)
    heads = try json["num_heads"].divisor(of: width, "embed_dim", default: 12)
    hidden = Int(Double(width) * (try json["mlp_ratio"].number(0.01...64, default: 4)))
    guard hidden > 0 else { throw json["mlp_ratio"].outOfRange("at least 1 / embed_dim") }
    patchSize = try json["patch_size"].int(1...4096, default: 16)
    let classToken = try json["class_token"].bool(default: true)
    // The position of a class token would be a row before the patches' positions.
    if classToken, try !json["no_embed_class"].bool(default: false) {
      throw json["no_embed_class"].unsupported(["true"])
    }
    let registers = try json["reg_tokens"].int(0...4096, default: 0)
    try setParts(classToken: classToken, registers: registers, imageSize)
    layerScale = json["init_values"].exists
    let stated = json["img_size"]
    guard try stated.int(1...4096, default: self.imageSize) == self.imageSize else {
      throw stated.outOfRange("\(imageSize.path), \(self.imageSize)")
    }
    try json.refuseUnread(by: "timm's tower")
  }

  private mutating func setParts(
    classToken: Bool, registers: Int, _ imageSize: JSONValue
  ) throws {
    (self.classToken, classPosition, self.registers) = (classToken, false, registers)
    self.imageSize = try imageSize.int(1...4096)
    guard self.imageSize % patchSize == 0 else {
      throw imageSize.outOfRange("a multiple of the tower's patch size, \(patchSize)")
    }
    try checkSize(imageSize)
  }
}

extension VisionTransformerConfiguration {
  /// A DINOv2 tower with registers, of nano size.
  public static var dinov2: VisionTransformerConfiguration {
    var dinov2 = VisionTransformerConfiguration()
    (dinov2.classPosition, dinov2.registers, dinov2.layerScale) = (false, 4, true)
    return dinov2
  }

  /// A SigLIP tower of nano size.
  public static var siglip: VisionTransformerConfiguration {
    var siglip = VisionTransformerConfiguration()
    (siglip.classToken, siglip.classPosition) = (false, false)
    return siglip
  }
}

extension VisionTransformer {
  /// The published names of a tower that timm built. Queries, keys and values are one tensor, `qkv`; a
  /// pooling head (`attn_pool`) is ignored.
  public static let timmWeights =
    WeightMap(
      [
        "classToken": "cls_token",
        "registers": "reg_token",
        "patchEmbedding.positions": "pos_embed",
        "blocks.{N}.norm1": "blocks.{N}.norm1",
        "blocks.{N}.attention.output": "blocks.{N}.attn.proj",
        "blocks.{N}.layerScale1": "blocks.{N}.ls1.(scale_factor|gamma)",
        "blocks.{N}.norm2": "blocks.{N}.norm2",
        "blocks.{N}.feedForward.expand": "blocks.{N}.mlp.fc1",
        "blocks.{N}.feedForward.contract": "blocks.{N}.mlp.fc2",
        "blocks.{N}.layerScale2": "blocks.{N}.ls2.(scale_factor|gamma)",
        "postNorm": "norm",
      ], ignoring: ["attn_pool.*"])
    + WeightMap(
      split: "blocks.{N}.attn.qkv",
      into: ["query", "key", "value"].map { "blocks.{N}.attention.\($0)" })
    + WeightMap(["patchEmbedding.projection": "patch_embed.proj"], form: .patches)
}
