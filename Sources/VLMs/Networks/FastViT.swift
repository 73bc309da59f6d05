import NanoVLA
import Tensors

/// FastViT: a vision tower of convolutions that ends in attention, for large images and few tokens.
///
/// A vision transformer attends from the first layer on, so its cost grows with the square of the number
/// of patches. Here each of five stages halves the image. Three mix neighbors by convolutions; only the
/// last two, whose maps are small, attend. One vector is left of 64×64 pixels, where a vision transformer
/// has 16 to 20: an image of 1024×1024 pixels becomes 256 tokens.
///
/// - Letters: B images, H×W pixels, C channels of a stage, V = twice the channels of the last one.
/// - Reference: Vasu et al., "FastViT" (2023), §3; Vasu et al., "FastVLM" (2024), §3.2, for the five stages (FastViT-HD). The convolutions are re-parameterized; their branches
///   are left out.
public final class FastViT: Module {
  public let configuration: FastViTConfiguration
  public let patches: Linear  // windows of 3×3 pixels → C₀
  public let stem: DepthwiseSeparable
  public let stages: [FastViTStage]
  public let final: DepthwiseConvolution
  public let excitation: SqueezeExcitation

  /// A tower with random weights.
  public init(_ configuration: FastViTConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, V) = (configuration, configuration.outputWidth)
    patches = Linear(inputs: 3 * 3 * 3, outputs: c.widths[0], using: &random)
    stem = DepthwiseSeparable(inputs: c.widths[0], outputs: c.widths[0], size: 3, using: &random)
    var stages: [FastViTStage] = []
    for stage in c.widths.indices { stages.append(FastViTStage(stage, c, using: &random)) }
    self.stages = stages
    final = DepthwiseConvolution(
      inputs: c.widths.last!, outputs: V, size: 3, isResidual: true, using: &random)
    // A sixteenth, rounded to the nearest.
    excitation = SqueezeExcitation(width: V, hidden: max(1, (V + 8) / 16), using: &random)
  }

  /// - Parameters:
  ///   - images: [B, H, W, 3]
  ///   - observe: called with the output of each stage.
  /// - Returns: the last map, [B, ⌈H/64⌉, ⌈W/64⌉, V].
  public func callAsFunction(
    _ images: Tensor, observe: (Tensor) -> Void = { _ in }
  ) -> Tensor {
    var x = patches(images.windows(3, stride: 2)).geluExact()  // [B, H, W, 3] → [B, H/2, W/2, C]
    x = stem(x)  // [B, H/2, W/2, C] → [B, H/4, W/4, C]
    for (index, stage) in stages.enumerated() {
      x = stage(x)  // [B, H, W, C] → [B, H/2, W/2, C'], the first one without a change
        .traced("stage \(index)", stage.attends ? "attention" : "convolutions")
      observe(x)
    }
    return excitation(final(x)).geluExact()  // [B, H/64, W/64, C] → [B, H/64, W/64, V]
  }
}

/// A stage: a smaller map with more channels, then blocks of one kind.
public final class FastViTStage: Module {
  /// Halves the map; nil in the first stage.
  public let downsampling: DepthwiseSeparable?
  /// Adds to each pixel what its neighbors say of its position, in stages that attend.
  public let positions: DepthwiseConvolution?
  public let blocks: [FastViTBlock]
  /// Whether its blocks mix pixels by attention.
  public var attends: Bool { positions != nil }

  init(_ stage: Int, _ c: FastViTConfiguration, using random: inout SeededRandom) {
    let (C, attends) = (c.widths[stage], c.attends(stage))
    downsampling =
      stage == 0
      ? nil
      : DepthwiseSeparable(inputs: c.widths[stage - 1], outputs: C, size: 7, using: &random)
    positions =
      attends
      ? DepthwiseConvolution(inputs: C, size: 7, isResidual: true, using: &random) : nil
    var blocks: [FastViTBlock] = []
    for _ in 0..<c.depths[stage] {
      blocks.append(
        FastViTBlock(
          width: C, hidden: c.hidden(stage), heads: attends ? C / c.headWidth : nil,
          using: &random))
    }
    self.blocks = blocks
  }

  /// [B, H, W, C] → [B, ⌈H/2⌉, ⌈W/2⌉, C'], or the same size in the first stage.
  func callAsFunction(_ x: Tensor) -> Tensor {
    var x = downsampling?(x) ?? x  // [B, H, W, C] → [B, H/2, W/2, C']
    if let positions { x = positions(x) }
    for block in blocks { x = block(x) }
    return x
  }
}
