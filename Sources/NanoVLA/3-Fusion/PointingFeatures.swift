import Tabletop
import Tensors

/// A frozen backbone's features of N object-suite scenes and their instructions, with the true
/// positions: what a ``PointingProbe`` learns from.
///
/// Letters: N scenes, P patches, T text tokens, D width.
public struct PointingFeatures {
  public let vision: Tensor  // [N, P, D]
  public let text: Tensor  // [N, T, D]
  /// Hides padding.
  public let mask: Tensor  // [N, 1, 1, T]
  /// x and y of the named object, in world units.
  public let positions: Tensor  // [N, 2]

  /// N.
  public var count: Int { positions.dim(0) }

  /// One scene for each of `seeds`, with its task's instruction.
  ///
  /// - Throws: ``InstructionError`` if the backbone's vocabulary lacks a word of the suite.
  public init(of seeds: Range<UInt64>, from backbone: ToyVLM) throws {
    let starts = seeds.map { Suite.object.initialState(seed: $0) }
    let ids = try starts.map { try backbone.tokenizer.encode($0.task.instruction) }
    let renderer = Renderer(size: backbone.configuration.imageSize)
    let shards = inShards(of: starts.count) { part in
      withoutGradient {
        backbone.encodeImage(Pixels.tensor(of: part.map { renderer.render(starts[$0].scene) }))
      }
    }
    vision = Tensor.concatenated(shards, axis: 0)
    (text, mask) = withoutGradient { backbone.encodeText(ids) }
    let named = starts.map { $0.scene.objects[$0.task.firstObject] }
    positions = Tensor(named.flatMap { [$0.x, $0.y] }, shape: [starts.count, 2])
  }

  private init(vision: Tensor, text: Tensor, mask: Tensor, positions: Tensor) {
    (self.vision, self.text, self.mask, self.positions) = (vision, text, mask, positions)
  }

  /// The features of the scenes numbered `indices`, in that order.
  public func rows(_ indices: [Int]) -> PointingFeatures {
    func pick(_ x: Tensor) -> Tensor {
      x.reshaped([count, -1]).rows(at: indices).reshaped([indices.count] + x.shape.dropFirst())
    }
    return PointingFeatures(
      vision: pick(vision), text: pick(text), mask: pick(mask), positions: pick(positions))
  }
}
