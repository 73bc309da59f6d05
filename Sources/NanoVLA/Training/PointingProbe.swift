import Tabletop
import Tensors

/// A probe: a fusion and one linear layer, asked where the named object lies.
///
/// To compare ways of fusing, everything else must be equal: the same features of the same scenes,
/// computed once by a frozen trunk; the same small layer that turns what came out into x and y; the
/// same number of steps. What differs in the end is what the fusion could find.
///
/// Letters: N scenes, P patches, T words, D width.
///
/// Reference: Alain and Bengio, "Understanding Intermediate Layers Using Linear Classifier Probes"
/// (2016), section 3.
public final class PointingProbe: Module {
  public let fusion: any Fusion
  public let point: Linear  // D → 2
  /// A deaf probe gets zeros for words: what can be known without being told?
  public let isDeaf: Bool

  public init(
    _ fusion: any Fusion, width: Int, isDeaf: Bool = false, using random: inout SeededRandom
  ) {
    (self.fusion, self.isDeaf) = (fusion, isDeaf)
    point = Linear(inputs: width, outputs: 2, using: &random)
  }

  /// - Returns: x and y of the named object in world units, [N, 2].
  public func callAsFunction(_ features: PointingFeatures) -> Tensor {
    let words = isDeaf ? Tensor.zeros(features.text.shape) : features.text
    let fused = fusion(vision: features.vision, text: words, textMask: features.mask)  // [N, 1, D]
    return point(fused).reshaped([fused.dim(0), 2])  // [N, 1, D] → [N, 1, 2] → [N, 2]
      .traced("point", "x and y on the table")
  }

  /// Trains on random batches of 64 scenes; `progress` hears of every step done.
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
        return smoothL1(self(some), some.places, width: 0.02)
      }
      optimizer.step(learningRate: schedule(step), maximumNorm: 5)
      progress(step + 1)
    }
  }

  /// How far the points are off: mean Euclidean distance in world units.
  public func error(on features: PointingFeatures) -> Float {
    withoutGradient { (self(features) - features.places).squared().sum(axis: 1).sqrt().mean().item }
  }
}

/// What a frozen trunk sees and reads in N object-suite scenes, and the truth.
public struct PointingFeatures {
  public let vision: Tensor  // [N, P, D]
  public let text: Tensor  // [N, T, D]
  public let mask: Tensor  // [N, 1, 1, T]
  public let places: Tensor  // [N, 2], x and y of the named object

  public var count: Int { places.dim(0) }

  /// One scene for each of `seeds`.
  public init(of seeds: Range<UInt64>, from trunk: ToyVLM) throws {
    let starts = seeds.map { Suite.object.initialState(seed: $0) }
    let ids = try starts.map { try trunk.tokenizer.encode($0.task.instruction) }
    let renderer = Renderer(size: trunk.configuration.imageSize)
    let seen = inShards(of: starts.count) { part in
      withoutGradient {
        trunk.see(Pixels.tensor(of: part.map { renderer.render(starts[$0].scene) }))
      }
    }
    vision = Tensor.concatenated(seen, axis: 0)
    (text, mask) = withoutGradient { trunk.read(ids) }
    let named = starts.map { $0.scene.objects[$0.task.firstObject] }
    places = Tensor(named.flatMap { [$0.x, $0.y] }, shape: [starts.count, 2])
  }

  private init(vision: Tensor, text: Tensor, mask: Tensor, places: Tensor) {
    (self.vision, self.text, self.mask, self.places) = (vision, text, mask, places)
  }

  /// The scenes numbered `indices`.
  public func rows(_ indices: [Int]) -> PointingFeatures {
    func pick(_ x: Tensor) -> Tensor {
      x.reshaped([count, -1]).rows(at: indices).reshaped([indices.count] + x.shape.dropFirst())
    }
    return PointingFeatures(
      vision: pick(vision), text: pick(text), mask: pick(mask), places: pick(places))
  }
}
