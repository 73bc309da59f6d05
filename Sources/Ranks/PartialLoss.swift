import NanoVLA
import Tensors

/// A head whose loss is not simply a mean over real steps, or draws random numbers.
///
/// The ranks compute the loss of one batch in parts, which must add up to the loss of the whole:
///
///     L = Σ w(r) L(r) / Σ w(r)
///
/// For most heads w(r) is the number of real steps in the part, and that needs no conformance. A head
/// whose loss counts tokens, say, tells its weights here. A head that draws random numbers draws those
/// of the whole batch on every rank and uses those of its part, so that a batch gets the same numbers
/// with any number of ranks.
///
/// - Letters: N rows of the whole batch, n of the part, S state numbers, r a rank.
public protocol PartialLoss: ActionHead {
  /// The loss of a part of a batch.
  /// - Parameters:
  ///   - state, expert: of the rows `part`, [n, S] and n chunks.
  ///   - part: rows of the whole batch, at least one.
  ///   - count: N.
  ///   - random: advances as the loss of the whole batch advances it.
  /// - Returns: the part's own mean loss, one number, and its weight.
  func loss(
    _ state: Tensor, _ expert: ActionChunks, part: Range<Int>, of count: Int,
    using random: inout SeededRandom
  ) -> (loss: Tensor, weight: Float)
}

extension ActionHead {
  /// ``PartialLoss/loss(_:_:part:of:using:)`` of any head.
  func partialLoss(
    _ state: Tensor, _ expert: ActionChunks, part: Range<Int>, of count: Int,
    using random: inout SeededRandom
  ) -> (loss: Tensor, weight: Float) {
    if let head = self as? any PartialLoss {
      return head.loss(state, expert, part: part, of: count, using: &random)
    }
    let realSteps = expert.weights.values.reduce(0, +)
    return (loss(state, expert, using: &random), realSteps)
  }
}

extension FlowMatchingHead: PartialLoss {
  /// ``loss(_:_:using:)`` with the part's rows of the times and the noise of the whole batch.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, part: Range<Int>, of count: Int,
    using random: inout SeededRandom
  ) -> (loss: Tensor, weight: Float) {
    let times = Array((0..<count).map { _ in Self.time(using: &random) }[part])
    let noise = Tensor.normal([count, chunk, dimensions], scale: 1, using: &random)  // [N, K, A]
      .rows(at: Array(part))  // [N, K, A] → [n, K, A]
    let t = Tensor(times, shape: [times.count, 1, 1])
    let mixed = t * noise + (1 - t) * expert.actions  // [n, 1, 1] · [n, K, A] → [n, K, A]
    let error = velocity(mixed, at: times, state) - (noise - expert.actions)
    return (expert.mean(of: error.squared()), expert.weights.values.reduce(0, +))
  }
}

extension TextHead: PartialLoss {
  /// The captions of the part are those that the whole batch draws for its rows. The weight is the
  /// number of tokens.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, part: Range<Int>, of count: Int,
    using random: inout SeededRandom
  ) -> (loss: Tensor, weight: Float) {
    var texts = texts(of: expert)
    guard let captions else { return (loss(state, expert, using: &random), tokens(in: texts)) }
    func draw(_ rows: Range<Int>) -> [Int] {
      rows.map { _ in random.integer(below: captions.texts.count) }
    }
    _ = draw(0..<part.lowerBound)
    var own = random
    texts += draw(part).map { captions.texts[$0] }
    _ = draw(part.upperBound..<count)
    return (loss(state, expert, using: &own), tokens(in: texts))
  }

  /// The tokens after which one is predicted.
  private func tokens(in texts: [[Int]]) -> Float {
    Float(texts.reduce(0) { sum, ids in sum + text.mask(Array(ids.dropLast())).count { $0 } })
  }
}
