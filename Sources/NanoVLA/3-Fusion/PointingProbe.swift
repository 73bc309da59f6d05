import Tensors

/// A probe: a fusion and one linear layer that predict where the named object is.
///
/// To compare fusions, everything else must be equal: the same features of the same scenes, computed
/// once by a frozen backbone; the same small layer from the fused state to x and y; the same number of
/// steps. The difference in error is then due to the fusion.
///
/// Letters: N scenes, P patches, T text tokens, D width.
///
/// Reference: Alain and Bengio, "Understanding Intermediate Layers Using Linear Classifier Probes"
/// (2016), section 3.
public final class PointingProbe: Module {
  /// The fusion that is compared with others.
  /// Where the loss of a point turns from quadratic to linear, in world units: a fifth of
  /// `Rules.graspRadius`. Closer than that a point is good enough.
  package static let smoothL1Width: Float = 0.02

  public let fusion: any Fusion
  /// From the fused state to a point.
  public let point: Linear  // D → 2
  /// If true, the text features are replaced by zeros: an ablation that measures what can be
  /// predicted without the instruction.
  public let isTextAblated: Bool

  /// - Parameters:
  ///   - fusion: an untrained fusion of the features' width.
  ///   - width: D.
  ///   - isTextAblated: whether the probe gets no instruction.
  public init(
    _ fusion: any Fusion, width: Int, isTextAblated: Bool = false,
    using random: inout SeededRandom
  ) {
    (self.fusion, self.isTextAblated) = (fusion, isTextAblated)
    point = Linear(inputs: width, outputs: 2, using: &random)
  }

  /// Predicts the position of the named object.
  ///
  /// - Returns: x and y in world units, [N, 2].
  public func callAsFunction(_ features: PointingFeatures) -> Tensor {
    let text = isTextAblated ? Tensor.zeros(features.text.shape) : features.text
    let fused = fusion(vision: features.vision, text: text, textMask: features.mask)  // [N, 1, D]
    return point(fused).reshaped([fused.dim(0), 2])  // [N, 1, D] → [N, 1, 2] → [N, 2]
      .traced("point", "x and y on the table")
  }

  /// Trains the probe on random batches of 64 scenes.
  ///
  /// - Parameters:
  ///   - features: the scenes to learn from.
  ///   - steps: how many batches.
  ///   - learningRate: the highest of the schedule.
  ///   - seed: fixes the batches.
  ///   - progress: called after each step with the number of steps done.
  public func train(
    on features: PointingFeatures, steps: Int, learningRate: Float, seed: UInt64,
    progress: (Int) -> Void = { _ in }
  ) {
    var random = SeededRandom(seed: seed)
    let optimizer = AdamW(parameters)
    let schedule = Schedule(peak: learningRate, warmup: steps / 10, steps: steps)
    for step in 0..<steps {
      let batch = (0..<64).map { _ in random.integer(below: features.count) }
      _ = backwardInShards(of: batch.count) { part in
        let some = features.rows(Array(batch[part]))
        return smoothL1(self(some), some.positions, width: Self.smoothL1Width)
      }
      optimizer.step(learningRate: schedule(step), maximumNorm: 5)
      progress(step + 1)
    }
  }

  /// The mean Euclidean distance, in world units, between predicted and true positions.
  public func error(on features: PointingFeatures) -> Float {
    withoutGradient {
      (self(features) - features.positions).squared().sum(axis: 1).sqrt().mean().item
    }
  }
}
