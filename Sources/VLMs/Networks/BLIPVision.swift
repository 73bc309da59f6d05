/// BLIP's vision tower, EVA-CLIP's: the ``VisionTransformer`` with its default parts.
///
/// It has a class token with a position, the exact GELU, and a patch projection with bias. Checkpoints
/// hold query, key and value as one tensor. The last norm is applied to all tokens, not only to the
/// class token.
///
/// - Reference: Fang et al., "EVA: Exploring the Limits of Masked Visual Representation Learning at
///   Scale" (2022), §2.1.
extension VisionTransformer {
  /// The published names of BLIP-2's vision tower, below `root`.
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
