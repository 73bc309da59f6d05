import Tensors

/// LoRA: a frozen linear layer plus a trained low-rank update of its weights.
///
/// The change that a network needs for a new task has few directions. So the O·I weights of W stay
/// frozen, and only the r·(I + O) values of A and B are trained. B starts at 0, so the adapted
/// model starts as the pre-trained one. After training, (α/r)·BA can be added to W, at no cost.
///
///     y = W x + b + (α/r) · B A x
///
/// - Letters: I inputs and O outputs of the layer, r rank.
/// - Reference: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021), §4.1. Left
///   out: dropout, which is 0 in OpenVLA's fine-tuning too.
public final class LoRA: Adaptation {
  public let loraA: Tensor  // [r, I]
  public let loraB: Tensor  // [O, r]
  public let alpha: Float  // α
  /// α/r: keeps the size of the update, and so the best learning rate, independent of the rank.
  public let scale: Float
  /// The layer's own weights while the update is merged into them, [O, I].
  private var original: Tensor?

  /// An update of `rank` r, at least 1, for `layer`, of which only the sizes are read.
  public init(for layer: Linear, rank: Int, alpha: Float, using random: inout SeededRandom) {
    let (outputs, inputs) = (layer.weight.dim(0), layer.weight.dim(1))
    guard rank > 0 else { fatalError("LoRA: rank \(rank) for a layer \(layer.weight.shape)") }
    let bound = 1 / Float(inputs).squareRoot()
    loraA = Tensor.uniform([rank, inputs], in: -bound...bound, using: &random).asParameter()
    loraB = Tensor.zeros([outputs, rank]).asParameter()
    (self.alpha, scale) = (alpha, alpha / Float(rank))
  }

  public func callAsFunction(_ y: Tensor, from x: Tensor) -> Tensor {
    if isMerged { return y }
    x.traced("layer input", "what W and A both read")
    let low = x.matmul(transposed: loraA)  // [..., I] × [r, I]ᵀ → [..., r]
      .traced("A x", "projected to rank \(loraA.dim(0))")
    let update = low.matmul(transposed: loraB) * scale  // [..., r] × [O, r]ᵀ → [..., O]
    update.traced("(α/r) B A x", "the low-rank update")
    return (y + update)  // [..., O] + [..., O] → [..., O]
      .traced("W x + b + (α/r) B A x", "the adapted output")
  }

  /// Whether the update has been added to the layer's weights.
  public var isMerged: Bool { original != nil }

  /// W ← W + (α/r)·BA: the same outputs, up to rounding, without the extra products. Weights packed
  /// in a file are replaced by a float32 copy in memory.
  public func merge(into layer: Linear) {
    guard !isMerged else { fatalError("LoRA: already merged; call unmerge(from:) first") }
    original = layer.weight.detached()
    let merged = withoutGradient {
      layer.weight.unpacked() + loraB.matmul(loraA) * scale  // [O, I] + [O, r] × [r, I] → [O, I]
    }
    layer.weight.adopt(merged)
  }

  /// Restores the layer's own weights, bit-identical: subtracting B A would leave rounding errors.
  public func unmerge(from layer: Linear) {
    guard let original else { fatalError("LoRA: not merged; call merge(into:) first") }
    layer.weight.adopt(original)
    self.original = nil
  }
}

extension Module {
  /// Merges every ``LoRA`` inside into its layer; see ``LoRA/merge(into:)``.
  public func mergeLoRA() {
    for (_, layer) in linearLayers { (layer.adaptation as? LoRA)?.merge(into: layer) }
  }
}
