/// BLIP's vision tower: EVA-CLIP's, the ``VisionTransformer`` without extras.
///
/// A class token with a position of its own, the exact GELU, squares with a bias. Query, key and
/// value are kept as one layer, and all places, not the class token alone, leave through the last
/// norm.
///
/// Reference: Fang et al., "EVA: Exploring the Limits of Masked Visual Representation Learning at
/// Scale" (2022), section 2.1.
extension VisionTransformer {
  /// Where a checkpoint holds BLIP-2's vision tower, below `root`.
  public static func blipWeights(under root: String) -> WeightMap {
    let layer = "encoder.layers.{N}."
    let map =
      WeightMap([
        "classToken": "embeddings.class_embedding",
        "blocks.{N}.norm1": layer + "layer_norm1",
        "blocks.{N}.attention.output": layer + "self_attn.projection",
        "blocks.{N}.norm2": layer + "layer_norm2",
        "blocks.{N}.feedForward.expand": layer + "mlp.fc1",
        "blocks.{N}.feedForward.contract": layer + "mlp.fc2",
        "postNorm": "post_layernorm",
      ])
      + WeightMap(
        split: layer + "self_attn.qkv",
        into: ["query", "key", "value"].map { "blocks.{N}.attention." + $0 })
      + WeightMap(
        split: "embeddings.position_embedding",
        into: ["classPosition", "patchEmbedding.positions"])
      + WeightMap(["patchEmbedding.projection": "embeddings.patch_embedding"], form: .patches)
    return map.inside("", root)
  }
}
