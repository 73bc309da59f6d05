import Tensors

/// LoRA: a layer is bent by the product of two thin matrices, and its own weights stay as they are.
///
///     y = W x + b + (α/r) · B A x
///
/// What a network has to change for a new task turns out to have few directions. So instead of all
/// O·I numbers of W, only the r·(I + O) of A and B are trained. B starts at 0: at first, nothing has
/// changed. Where the adapted layer is done learning, B A can be added to W, and costs nothing more.
///
/// Letters: I inputs and O outputs of the layer, r the rank.
///
/// Reference: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021), section 4.1.
/// Left out: dropout, 0 in OpenVLA's fine-tuning too.
public final class LoRA: Adaptation {
  public let loraA: Tensor  // [r, I]
  public let loraB: Tensor  // [O, r]
  /// α
  public let alpha: Float
  /// α/r: with it, a learning rate that suits one rank suits another.
  public let scale: Float
  /// The layer's own weights while ``merge(into:)`` has put others in their place.
  private var original: Tensor?  // [O, I]

  /// - Parameters:
  ///   - layer: of which the sizes are taken; it is not changed.
  ///   - rank: r.
  ///   - alpha: α.
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
    let few = x.matmul(transposed: loraA)  // [..., I] × [r, I]ᵀ → [..., r]
    return y + few.matmul(transposed: loraB) * scale  // [..., r] × [O, r]ᵀ → [..., O]
  }

  public var isMerged: Bool { original != nil }

  /// W ← W + (α/r) · B A: the layer answers as before, to rounding, without the extra products.
  ///
  /// Weights that stay packed in their file are replaced by a float32 copy in memory.
  public func merge(into layer: Linear) {
    guard !isMerged else { fatalError("LoRA: it is merged already; unmerge it first") }
    original = layer.weight.detached()
    let merged = withoutGradient {
      layer.weight.unpacked() + loraB.matmul(loraA) * scale  // [O, I] + [O, r] × [r, I] → [O, I]
    }
    layer.weight.adopt(merged)
  }

  /// Gives `layer` back the very numbers it had before ``merge(into:)``, bit for bit; subtracting
  /// B A again would leave rounding behind.
  public func unmerge(from layer: Linear) {
    guard let original else { fatalError("LoRA: it is not merged; nothing to take back") }
    layer.weight.adopt(original)
    self.original = nil
  }
}

extension Module {
  /// Adds every ``LoRA`` inside to the weights of its layer; see ``LoRA/merge(into:)``.
  public func mergeLoRA() {
    for (_, layer) in linearLayers { (layer.adaptation as? LoRA)?.merge(into: layer) }
  }

  /// Takes all of them back.
  public func unmergeLoRA() {
    for (_, layer) in linearLayers { (layer.adaptation as? LoRA)?.unmerge(from: layer) }
  }
}
