import Tensors

/// Gradient accumulation: a large batch, a few rows at a time.
///
/// The gradient of a mean loss is the mean of its rows' gradients. So a batch that does not fit into
/// memory is cut into parts; each part's gradients are added, weighted by its rows, and the optimizer
/// steps once at the end. The step is that of the whole batch, to rounding; the memory is that of a
/// part. (Batch normalization would break this; no model here has any.)
///
/// - Parameters:
///   - batch: the numbers of the examples.
///   - parts: into how many parts the batch is cut.
///   - microBatch: at most this many rows in one graph, on each thread.
///   - loss: the mean loss over some examples.
/// - Returns: the batch's mean loss; gradients are left in the parameters.
public func backwardInParts(
  of batch: [Int], parts: Int, microBatch: Int = .max, loss: ([Int]) -> Tensor
) -> Float {
  guard 1...max(1, batch.count) ~= parts else {
    fatalError("accumulation: \(batch.count) rows in \(parts) parts")
  }
  return (0..<parts).reduce(0) { sum, part in
    let rows = batch[part * batch.count / parts..<(part + 1) * batch.count / parts]
    let share = Float(rows.count) / Float(batch.count)
    let partLoss = backwardInShards(of: rows.count, microBatch: microBatch) { range in
      loss(range.map { rows[rows.startIndex + $0] }) * share
    }
    return sum + partLoss
  }
}
