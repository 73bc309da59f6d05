/// CLIP's vision tower: the ``VisionTransformer`` of many VLMs.
///
/// It has a class token with a position, a norm before the first block, a patch projection without
/// bias, and quick GELU. Its last norm is intended only for the class token.
///
/// - Reference: Radford et al., "Learning Transferable Visual Models From Natural Language
///   Supervision" (2021), §2.4.
extension VisionTransformerConfiguration {
  /// A CLIP tower of nano size.
  public static var clip: VisionTransformerConfiguration {
    var clip = VisionTransformerConfiguration()
    clip.activation = .quickGELU
    clip.epsilon = 1e-5
    clip.patchBias = false
    clip.preNorm = true
    return clip
  }
}

extension VisionTransformer {
  /// The published names of CLIP's vision tower, and of SigLIP's, below `root`. SigLIP has neither a
  /// class token nor a norm before the blocks; its pooling head is ignored.
  public static func clipWeights(under root: String) -> WeightMap {
    let map =
      WeightMap(
        [
          "classToken": "embeddings.class_embedding",
          "preNorm": "pre_layrnorm",  // the spelling of every checkpoint
          "postNorm": "post_layernorm",
        ], ignoring: ["embeddings.position_ids", "head.*"])
      + .clipBlocks
      + WeightMap(
        split: "embeddings.position_embedding.weight",
        into: ["classPosition", "patchEmbedding.positions"])
      + WeightMap(["patchEmbedding.projection": "embeddings.patch_embedding"], form: .patches)
    return map.inside("", root)
  }
}

extension WeightMap {
  /// The blocks of either tower of CLIP.
  static let clipBlocks = WeightMap([
    "blocks.{N}.norm1": "layer_norm1",
    "blocks.{N}.attention.query": "self_attn.q_proj",
    "blocks.{N}.attention.key": "self_attn.k_proj",
    "blocks.{N}.attention.value": "self_attn.v_proj",
    "blocks.{N}.attention.output": "self_attn.out_proj",
    "blocks.{N}.norm2": "layer_norm2",
    "blocks.{N}.feedForward.expand": "mlp.fc1",
    "blocks.{N}.feedForward.contract": "mlp.fc2",
  ]).inside("", "encoder.layers.{N}.")
}
