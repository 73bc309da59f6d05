import NanoVLA
import Tensors

/// A small vision encoder of the course's own layers, which classifies every patch.
///
/// Its sizes are fixed, so that the same encoder in another framework does the same arithmetic with
/// the same number of parameters.
///
/// - Letters: B images, T = 64 patches of I = 192 pixel values, D = 128 width, C = 256 classes.
final class Encoder: Module {
  static let tokens = 64
  static let inputs = 192
  static let classes = 256

  let patch: Linear
  let positions: Tensor  // [T, D]
  let transformer: TinyTransformer
  let head: Linear

  init(using random: inout SeededRandom) {
    let width = 128
    patch = Linear(inputs: Self.inputs, outputs: width, using: &random)
    positions = Tensor.normal([Self.tokens, width], scale: 0.02, using: &random).asParameter()
    transformer = TinyTransformer(width: width, depth: 3, heads: 4, ratio: 4, using: &random)
    head = Linear(inputs: width, outputs: Self.classes, using: &random)
  }

  /// The logits of every patch.
  /// - Parameter x: [B, T, I]
  /// - Returns: logits, [B, T, C]
  func callAsFunction(_ x: Tensor) -> Tensor {
    head(transformer(patch(x) + positions))  // [B, T, I] → [B, T, D] → [B, T, C]
  }

  /// The logits of a whole batch without gradients, [B, T, I] → [B, T, C], on all threads. Each
  /// thread takes `microBatch` images at a time, whose intermediate results fit into the cache.
  func predict(_ x: Tensor, microBatch: Int) -> Tensor {
    guard x.dim(0) > 1 else { return withoutGradient { self(x) } }
    let parts = inShards(of: x.dim(0)) { images in
      withoutGradient {
        stride(from: images.lowerBound, to: images.upperBound, by: microBatch).map { start in
          self(x.sliced(axis: 0, start..<min(images.upperBound, start + microBatch)))
        }
      }
    }
    return Tensor.concatenated(parts.flatMap { $0 }, axis: 0)  // → [B, T, C]
  }
}
