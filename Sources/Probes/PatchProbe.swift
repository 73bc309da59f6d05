import Images
import NanoVLA
import Tensors

/// A patch probe: a classifier on the mean of an image's patch tokens.
///
/// The smallest network that shows what a patch embedding contains. One layer treats each token
/// alone, the mean makes one vector of all, and a last layer classifies it. A mean does not depend
/// on the order of the tokens: the probe knows of places only by the positions added to them.
///
/// - Letters: B images, H×W pixels, P patches, D width, C classes.
/// - Reference: Zaheer et al., "Deep Sets" (2017), §2, functions of sets.
public final class PatchProbe: Module {
  public let embedding: PatchEmbedding
  public let hidden: Linear  // D → 2D
  public let classifier: Linear  // 2D → C

  /// A probe for C `classes`; unless it `hasPositions`, the position vectors are 0 and stay so.
  public init(
    imageSize: Int = 64, patchSize: Int, width: Int, classes: Int, hasPositions: Bool,
    using random: inout SeededRandom
  ) {
    embedding = PatchEmbedding(
      imageSize: imageSize, patchSize: patchSize, width: width, using: &random)
    hidden = Linear(inputs: width, outputs: 2 * width, using: &random)
    classifier = Linear(inputs: 2 * width, outputs: classes, using: &random)
    if !hasPositions {
      embedding.positions.values = embedding.positions.values.map { _ in 0 }
      embedding.positions.isFrozen = true
    }
  }

  /// The logits of the classes: [B, H, W, 3] → [B, C].
  public func callAsFunction(_ images: Tensor) -> Tensor {
    classifier(pooled(images)).traced("logits", "one for each class")  // [B, 2D] → [B, C]
  }

  /// Each image as one vector: [B, H, W, 3] → [B, 2D].
  public func pooled(_ images: Tensor) -> Tensor {
    let tokens = embedding(images)  // [B, H, W, 3] → [B, P, D]
    return hidden(tokens).gelu()  // [B, P, D] → [B, P, 2D]
      .traced("hidden", "each token alone")
      .mean(axis: 1)  // [B, P, 2D] → [B, 2D]
      .traced("pooled", "the mean of all tokens")
  }

  /// Trains on `steps` random batches of 32 images, which `seed` fixes; `targets` are the images'
  /// classes. The learning rate falls along a cosine from its peak; `progress` gets the steps done.
  public func train(
    on images: [RGBImage], targets: [Int], steps: Int, learningRate: Float, seed: UInt64,
    progress: (Int) -> Void = { _ in }
  ) {
    guard images.count == targets.count else {
      fatalError("patch probe: \(images.count) images with \(targets.count) targets")
    }
    let schedule = Schedule(peak: learningRate, warmup: 20, steps: steps)
    AdamW(parameters, weightDecay: 0.1).fit(
      images.count, batchSize: 32, schedule: schedule, maximumNorm: 1, seed: seed,
      progress: { step, _ in progress(step) }
    ) { batch in
      let logits = self(Pixels.tensor(of: batch.map { images[$0] }))  // → [B, C]
      return crossEntropy(logits, targets: batch.map { targets[$0] })
    }
  }

  /// The fraction of `images` whose most likely class is the target.
  public func accuracy(on images: [RGBImage], targets: [Int]) -> Float {
    let predicted = withoutGradient { self(Pixels.tensor(of: images)).argmax() }
    return Float(zip(predicted, targets).count { $0 == $1 }) / Float(targets.count)
  }
}
