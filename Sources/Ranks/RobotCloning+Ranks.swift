import Simulators
import Tensors

/// The cloning of a robot's episodes on several ranks: each computes the gradient of its share of every
/// batch, backbone and head.
///
/// One process takes the mean of micro-batches of equal size. A rank gets whole micro-batches, so that
/// the step is that of one process up to the rounding of the sums.
extension RobotCloning {
  /// One step on a random batch, as ``step()``, shared among `ranks`.
  /// - Returns: the mean loss of the whole batch, computed before the update.
  @discardableResult
  public func step(among ranks: any Communicator) -> Float {
    guard ranks.count > 1 else { return step() }
    let batch = draw()
    let parts = ranks.share(of: microBatches)
    let size = Self.microBatch
    let rows = parts.lowerBound * size..<min(parts.upperBound * size, recipe.batchSize)
    let mine = backward(batch, rows)
    let weight = Float(rows.count)
    withoutGradient {
      for parameter in optimizer.parameters {
        parameter.gradient = parameter.gradient.map { $0 * weight }
      }
    }
    let mean = ranks.mean(ofGradientsThrough: optimizer.parameters, [mine], weight: weight)[0]
    update(mean)
    return mean
  }

  /// Checks before the first step that the ranks can train together.
  /// - Throws: ``RankError`` if they read different episodes or have different weights, or if there are
  ///   more ranks than micro-batches.
  public func check(among ranks: any Communicator) throws {
    guard ranks.count > 1 else { return }
    guard ranks.count <= microBatches else {
      throw RankError(
        rank: nil,
        "\(ranks.count) ranks for batches of \(recipe.batchSize) examples, of which each takes at "
          + "least \(Self.microBatch): start at most \(microBatches)")
    }
    try ranks.checkSame(String(fingerprint, radix: 16)) { _, _ in
      "its episodes are not those of rank 0: give it a copy of the same --data"
    }
    try checkState(among: ranks)
  }

  /// Checks that all ranks have the same weights and random numbers.
  /// - Throws: ``RankError``
  public func checkState(among ranks: any Communicator) throws {
    try ranks.checkSameState(of: optimizer, random, after: "step \(stepsDone)")
  }

  private var microBatches: Int { (recipe.batchSize + Self.microBatch - 1) / Self.microBatch }
}
