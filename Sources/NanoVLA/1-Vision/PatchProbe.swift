import Images
import Tensors

/// A patch probe: what can be told from the mean of an image's words?
///
/// The smallest network that shows what a patch embedding knows. One layer looks at each word by
/// itself, the mean makes one vector of all, and a last layer answers. A mean does not ask in which
/// order it was taken: so whatever the probe knows about WHERE things are, it has from the positions
/// that were added to the words.
///
/// Letters: B images, H×W pixels, P patches, D width, C answers to choose from.
///
/// Reference: Zaheer et al., "Deep Sets" (2017), section 2: a function of a set is a function of a
/// sum over its members.
public final class PatchProbe: Module {
  public let embedding: PatchEmbedding
  public let look: Linear  // D → 2D
  public let answer: Linear  // 2D → C

  /// - Parameter hasPositions: without them, the vectors that tell places are 0 and stay so.
  public init(
    imageSize: Int = 64, patchSize: Int, width: Int, answers: Int, hasPositions: Bool,
    using random: inout SeededRandom
  ) {
    embedding = PatchEmbedding(
      imageSize: imageSize, patchSize: patchSize, width: width, using: &random)
    look = Linear(inputs: width, outputs: 2 * width, using: &random)
    answer = Linear(inputs: 2 * width, outputs: answers, using: &random)
    if !hasPositions {
      embedding.positions.values = embedding.positions.values.map { _ in 0 }
      embedding.positions.isFrozen = true
    }
  }

  /// The score of each answer: [B, H, W, 3] → [B, C].
  public func callAsFunction(_ images: Tensor) -> Tensor {
    answer(pooled(images)).traced("answer", "a score for every answer")  // [B, 2D] → [B, C]
  }

  /// Each whole image as one vector: [B, H, W, 3] → [B, 2D].
  public func pooled(_ images: Tensor) -> Tensor {
    let words = embedding(images)  // [B, H, W, 3] → [B, P, D]
    return look(words).gelu().traced("looked at", "each word by itself")  // → [B, P, 2D]
      .mean(axis: 1).traced("pooled", "the mean of all words")  // → [B, 2D]
  }

  /// Learns `answers`, one a picture, from random batches of 32.
  /// - Parameters:
  ///   - learningRate: the highest; it falls along a cosine.
  ///   - progress: hears of every step done.
  public func train(
    on pictures: [RGBImage], answers: [Int], steps: Int, learningRate: Float, seed: UInt64,
    progress: (Int) -> Void = { _ in }
  ) {
    guard pictures.count == answers.count else {
      fatalError("patch probe: \(pictures.count) pictures with \(answers.count) answers")
    }
    var random = SeededRandom(seed: seed)
    let optimizer = AdamW(parameters, weightDecay: 0.1)
    let schedule = Schedule(peak: learningRate, warmup: 20, steps: steps)
    for step in 0..<steps {
      let batch = (0..<32).map { _ in random.integer(below: pictures.count) }
      _ = backwardInShards(of: batch.count) { part in
        let images = Pixels.tensor(of: batch[part].map { pictures[$0] })
        return crossEntropy(self(images), targets: batch[part].map { answers[$0] })
      }
      optimizer.step(learningRate: schedule(step), maximumNorm: 1)
      progress(step + 1)
    }
  }

  /// The share of `pictures` to which it gives the right one of `answers`.
  public func accuracy(on pictures: [RGBImage], answers: [Int]) -> Float {
    let given = withoutGradient { self(Pixels.tensor(of: pictures)).argmax() }
    return Float(zip(given, answers).count { $0 == $1 }) / Float(answers.count)
  }
}
