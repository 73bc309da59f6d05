import NanoVLA
import Tabletop
import Tensors

/// A pointing probe: a fusion and one linear layer that predict where the named object is.
///
/// To compare fusions, everything else must be equal: the same features of the same scenes,
/// computed once by a frozen backbone; the same small layer from the fused vector to x and y; the
/// same number of steps. The difference in error is then due to the fusion.
///
/// - Letters: N scenes, P patches, T text tokens, D width.
/// - Reference: Alain and Bengio, "Understanding Intermediate Layers Using Linear Classifier
///   Probes" (2016), §3.
public final class PointingProbe: Module {
  /// Where the loss of a point changes from quadratic to linear, in world units: a fifth of
  /// `Rules.graspRadius`. More precision than that has little value.
  package static let smoothL1Width: Float = 0.02
  public let fusion: any Fusion
  public let point: Linear  // D → 2
  /// If true, the text features are replaced by zeros: an ablation that measures what can be
  /// predicted without the instruction.
  public let isTextAblated: Bool

  /// A probe of an untrained `fusion` with one output vector of `width` = D numbers.
  public init(
    _ fusion: any Fusion, width: Int, isTextAblated: Bool = false, using random: inout SeededRandom
  ) {
    (self.fusion, self.isTextAblated) = (fusion, isTextAblated)
    point = Linear(inputs: width, outputs: 2, using: &random)
  }

  /// Predicts where the named object is: x and y in world units, [N, 2].
  public func callAsFunction(_ features: PointingFeatures) -> Tensor {
    let text = isTextAblated ? Tensor.zeros(features.text.shape) : features.text
    let fused = fusion(vision: features.vision, text: text, textMask: features.mask)  // [N, 1, D]
    return point(fused).reshaped([fused.dim(0), 2])  // [N, 1, D] → [N, 1, 2] → [N, 2]
      .traced("point", "x and y on the table")
  }

  /// Trains on `steps` random batches of 32 scenes, which `seed` fixes. With half as many batches of 64
  /// attention finds the objects with one seed and not with another. The learning rate falls
  /// along a cosine from its peak; `progress` gets the number of steps done and the batch's loss.
  public func train(
    on features: PointingFeatures, steps: Int, learningRate: Float, seed: UInt64,
    progress: (Int, Float) -> Void = { _, _ in }
  ) {
    let schedule = Schedule(peak: learningRate, warmup: steps / 10, steps: steps)
    AdamW(parameters).fit(
      features.count, batchSize: 32, schedule: schedule, maximumNorm: 5, seed: seed,
      progress: progress
    ) { batch in
      let some = features.rows(batch)
      return smoothL1(self(some), some.positions, width: Self.smoothL1Width)
    }
  }

  /// The mean Euclidean distance, in world units, between predicted and true positions.
  public func error(on features: PointingFeatures) -> Float {
    withoutGradient {
      (self(features) - features.positions).squared().sum(axis: 1).sqrt().mean().item
    }
  }
}

/// The data of a ``PointingProbe``: features of N scenes and instructions, and the true positions.
public struct PointingFeatures {
  public let vision: Tensor  // [N, P, D]
  public let text: Tensor  // [N, T, D]
  public let mask: Tensor  // hides padding, [N, 1, 1, T]
  public let positions: Tensor  // x and y of the named object, in world units, [N, 2]
  public var count: Int { positions.dim(0) }  // N

  /// One scene for each of `seeds`, with its task's instruction.
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

  /// The scenes numbered `indices`, in that order.
  public func rows(_ indices: [Int]) -> PointingFeatures {
    PointingFeatures(
      vision: vision.rows(at: indices), text: text.rows(at: indices), mask: mask.rows(at: indices),
      positions: positions.rows(at: indices))
  }
}
