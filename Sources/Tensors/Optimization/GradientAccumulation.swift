/// Gradient accumulation: the gradient of a large batch, computed a part at a time.
///
/// The gradient of a mean loss is the mean of its examples' gradients. So a batch that does not fit
/// into memory is cut into parts, and the parts' gradients are added, weighted by their sizes. The
/// optimizer then steps once: the same step as for the whole batch, up to rounding, with the memory
/// of one part. (Batch normalization would break the equality; no model here has any.)
/// - Parameters:
///   - batch: the indices of the examples.
///   - parts: the number of parts, 1 … `batch.count`.
///   - microBatch: the most examples in one graph, per thread.
///   - loss: the mean loss over the examples with some indices, a single number.
/// - Returns: the batch's mean loss; the gradients are left in the parameters.
public func accumulateGradients(
  of batch: [Int], parts: Int, microBatch: Int = .max, loss: ([Int]) -> Tensor
) -> Float {
  guard 1...max(1, batch.count) ~= parts else {
    fatalError("gradient accumulation: \(batch.count) examples in \(parts) parts")
  }
  return (0..<parts).reduce(0) { sum, part in
    let rows = batch[part * batch.count / parts..<(part + 1) * batch.count / parts]
    let fraction = Float(rows.count) / Float(batch.count)
    let partLoss = backwardInShards(of: rows.count, microBatch: microBatch) { range in
      loss(range.map { rows[rows.startIndex + $0] }) * fraction
    }
    return sum + partLoss
  }
}
