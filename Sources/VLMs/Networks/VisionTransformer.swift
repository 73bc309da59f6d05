import NanoVLA
import Tensors

/// A vision transformer: a transformer over the patches of an image.
///
/// All published image encoders here are this tower with other sizes. Some have a class token before
/// the patches, whose output summarizes the image; some have registers, extra tokens for intermediate
/// results; some normalize before the first block or scale each residual branch.
///
/// - Letters: B images, H×W pixels, P patches, N = P + class token + registers, D width.
/// - Reference: Dosovitskiy et al., "An Image is Worth 16×16 Words" (2021), §3.1; Darcet et
///   al., "Vision Transformers Need Registers" (2024), for those.
public final class VisionTransformer: Module {
  public let configuration: VisionTransformerConfiguration
  public let patchEmbedding: PatchEmbedding
  public let classToken: Tensor?  // [1, D]
  public let classPosition: Tensor?  // [1, D]
  public let registers: Tensor?  // [R, D], without positions
  public let preNorm: LayerNorm?
  public let blocks: [PreNormBlock]
  public let postNorm: LayerNorm?

  /// A tower with random weights.
  public init(_ configuration: VisionTransformerConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, D) = (configuration, configuration.width)
    func rows(_ count: Int) -> Tensor? {
      count == 0 ? nil : Tensor.normal([count, D], scale: 0.02, using: &random).asParameter()
    }
    func norm() -> LayerNorm { LayerNorm(width: D, epsilon: c.epsilon) }
    patchEmbedding = PatchEmbedding(
      imageSize: c.patchSize * c.side, patchSize: c.patchSize, width: D,
      bias: c.patchBias, using: &random)
    classToken = rows(c.classToken ? 1 : 0)
    classPosition = rows(c.classToken && c.classPosition ? 1 : 0)
    registers = rows(c.registers)
    preNorm = c.preNorm ? norm() : nil
    blocks = PreNormBlock.stack(
      depth: c.depth, width: D, heads: c.heads, hidden: c.hidden, activation: c.activation,
      epsilon: c.epsilon, layerScale: c.layerScale ? { Tensor.full([D], 0.1) } : nil,
      using: &random)
    postNorm = c.postNorm ? norm() : nil
  }

  /// - Parameter images: normalized as this tower was trained, [B, H, W, 3].
  /// - Returns: the features of all tokens after the last norm, [B, N, D].
  public func callAsFunction(_ images: Tensor) -> Tensor {
    let features = blocks(embed(images))  // [B, H, W, 3] → [B, N, D] → [B, N, D]
    return postNorm?(features) ?? features
  }

  /// The features for a language model: the patches after inner blocks, without the last norm.
  ///
  /// The last block prepares the class token's summary and loses spatial information; the block before
  /// it still has it. Of several blocks, F of them, a patch gets the features side by side.
  /// - Parameters:
  ///   - wanted: counted from the end: −1 is the last block, −2 the one before it.
  ///   - skipped: the number of tokens to leave out at the beginning; nil for class token and registers.
  /// - Returns: [B, P, F·D], P = N − skipped.
  public func features(
    _ images: Tensor, blocks wanted: [Int] = [-2], skipping skipped: Int? = nil
  ) -> Tensor {
    guard let last = wanted.max(), -blocks.count - 1..<0 ~= last, wanted.min()! >= -blocks.count - 1
    else { fatalError("vision transformer: no blocks \(wanted) in a stack of \(blocks.count)") }
    var states = [embed(images)]  // [B, H, W, 3] → [B, N, D]
    _ = Array(blocks.dropLast(-1 - last))(states[0]) { states.append($0) }
    let chosen = wanted.map { states[blocks.count + 1 + $0] }
    let features = Tensor.concatenated(chosen, axis: 2)  // F × [B, N, D] → [B, N, F·D]
    let patches = (skipped ?? configuration.prefixCount)..<features.dim(1)
    return features.sliced(axis: 1, patches)  // [B, N, F·D] → [B, P, F·D]
      .traced("image features", "the patches after the vision tower")
  }

  /// The input of the first block, [B, N, D]. Pixels that fill no patch are left out at the right and
  /// at the bottom.
  public func embed(_ images: Tensor) -> Tensor {
    var images = images
    for axis in [1, 2] where images.dim(axis) % configuration.patchSize != 0 {
      let whole = images.dim(axis) / configuration.patchSize * configuration.patchSize
      images = images.sliced(axis: axis, 0..<whole)  // [B, H, W, 3] → [B, H', W', 3]
    }
    let tokens = prefixed(patchEmbedding(images))  // [B, H, W, 3] → [B, P, D] → [B, N, D]
    return preNorm?(tokens) ?? tokens
  }

  /// Class token and registers before the patches, the same for every image.
  public func prefixed(_ patches: Tensor) -> Tensor {
    var prefix: [Tensor] = []
    if let classToken { prefix.append(classPosition.map { classToken + $0 } ?? classToken) }
    if let registers { prefix.append(registers) }
    if prefix.isEmpty { return patches }
    let B = patches.dim(0)
    let rows = Tensor.concatenated(prefix, axis: 0)  // [1, D], [R, D] → [1+R, D]
    let each = rows.reshaped([1, -1, patches.dim(2)])  // [1+R, D] → [1, 1+R, D]
      .broadcast(to: [B, rows.dim(0), patches.dim(2)])  // [1, 1+R, D] → [B, 1+R, D]
    return .concatenated([each, patches], axis: 1)  // [B, 1+R, D], [B, P, D] → [B, N, D]
  }
}

/// The sizes and parts of a ``VisionTransformer``.
public struct VisionTransformerConfiguration: Sendable, Equatable {
  public var imageSize = 28  // pixels a side
  public var patchSize = 14
  public var width = 16
  public var depth = 2
  public var heads = 2
  public var hidden = 32
  public var activation = Activation.gelu
  public var epsilon: Float = 1e-6
  public var patchBias = true
  public var classToken = true
  public var classPosition = true
  public var registers = 0
  public var preNorm = false
  public var postNorm = true
  public var layerScale = false

  /// Nano size.
  public init() {}

  /// The number of patches a side.
  public var side: Int { imageSize / patchSize }
  /// P.
  public var patchCount: Int { side * side }
  /// The number of tokens before the patches.
  public var prefixCount: Int { (classToken ? 1 : 0) + registers }
}
