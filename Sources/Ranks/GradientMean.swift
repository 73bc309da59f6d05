import Tensors

/// The gradient of the mean loss of a batch whose examples are shared among the ranks.
///
/// The mean of a batch is not the mean of the ranks' means unless all weigh the same: a chunk near the
/// end of an episode has fewer real steps, and a batch may not divide evenly. So each rank contributes
/// the gradient of its mean times its weight, and the sum is divided by the sum of the weights:
///
///     ∂L = Σ w(r) ∂L(r) / Σ w(r)
///
/// All that a step exchanges is one row of numbers: the gradients, which parameters have one, the
/// weighted measurements (such as the loss), and the weight.
///
/// - Letters: r a rank, L(r) the mean loss of its examples, w(r) their weight, P parameters.
extension Communicator {
  /// Sets the gradients of `parameters` to those of the whole batch.
  /// - Parameters:
  ///   - others: how many means `loss` measures besides the loss.
  ///   - loss: computes the mean loss of this rank's examples and the other means, with the weight
  ///     of the examples; nil if this rank has none that count.
  /// - Returns: the loss and the other measurements of the whole batch.
  func backward(
    through parameters: [Tensor], measuring others: Int = 0,
    _ loss: () -> (loss: Tensor, others: [Float], weight: Float)?
  ) -> [Float] {
    let part = loss()
    let weight = part?.weight ?? 0
    if let part { (part.loss * weight).backward() }
    let measured = part.map { [$0.loss.item] + $0.others } ?? Array(repeating: 0, count: 1 + others)
    return mean(ofGradientsThrough: parameters, measured, weight: weight)
  }

  /// Divides the gradients of `parameters`, which are those of weight times mean loss on each rank, by
  /// the sum of the weights, after adding them up.
  /// - Parameter measured: means of this rank's examples.
  /// - Returns: those of the whole batch.
  func mean(
    ofGradientsThrough parameters: [Tensor], _ measured: [Float], weight: Float
  ) -> [Float] {
    let hasGradient = parameters.map { $0.gradient == nil ? Float(0) : 1 }
    let notes = hasGradient + measured.map { $0 * weight } + [weight]

    return withoutGradient {
      let gradients = parameters.map { $0.gradient?.reshaped([-1]) ?? .zeros([$0.count]) }
      let row = Tensor.concatenated(
        gradients + [Tensor(notes, shape: [notes.count])], axis: 0)  // → [n]
      let total = sum(row)  // [n] → [n]
      let sums = total.sliced(axis: 0, row.count - notes.count..<row.count).values
      let scale = 1 / sums[notes.count - 1]
      guard scale.isFinite else { fatalError("ranks: no example of the batch counts") }
      var first = 0
      for (parameter, users) in zip(parameters, sums) {
        let own = first..<first + parameter.count
        first += parameter.count
        parameter.gradient =
          users > 0
          ? total.sliced(axis: 0, own).reshaped(parameter.shape) * scale : nil  // [n] → shape
      }
      return sums[parameters.count..<notes.count - 1].map { $0 * scale }
    }
  }
}
