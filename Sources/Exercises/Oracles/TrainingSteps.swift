import Tensors

/// Exercise 12: steps of gradient descent with gradient accumulation, against the closed form for a
/// linear model with a squared error.
///
/// - Letters: M micro-batches of R rows, I inputs.
public enum TrainingSteps: Oracle {
  public typealias Function = (
    _ parameters: [Tensor], _ microBatches: Int, _ learningRate: Float,
    _ loss: (_ microBatch: Int) -> Tensor
  ) -> Float

  public enum Mistake: String, CaseIterable {
    case notCleared =
      "the gradients of the last step are still there: set each parameter's gradient to nil"
    case notAveraged =
      "the gradients of the micro-batches are summed: divide by their number, or the step grows"
    case stepEachBatch = "each micro-batch makes a step: accumulate all gradients, then step once"
    case lastBatchOnly = "only the last micro-batch's gradient is used: they must add up"
    case firstBatchOnly = "only the first micro-batch is used"
    case ascent = "the step goes up: subtract the gradient"
    case noStep = "the parameters do not change: is there a backward pass, and a step after it?"
    case rateMissing = "the learning rate is not used"
    case returnsSum = "the returned loss is the sum of the micro-batches, not the mean"
    case returnsLast = "the returned loss is that of the last micro-batch, not the mean"
  }

  public struct Case: CustomStringConvertible {
    let (M, R, I): (Int, Int, Int)
    let (x, y, weight): ([Float], [Float], [Float])
    let rate: Float
    public var description: String {
      "2 parameters [1, \(I)] and [1], \(M) micro-batches of \(R) rows, "
        + "learning rate \(number(Double(rate)))"
    }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    [(3, 4, 2, 0.1), (2, 1, 3, 0.05), (1, 5, 2, 0.2), (5, 2, 1, 0.01), (1, 1, 1, 0.3)].map {
      M, R, I, rate in
      Case(
        M: M, R: R, I: I, x: random.normals(M * R * I), y: random.normals(M * R),
        weight: random.normals(I), rate: rate)
    }
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let weight = Tensor(c.weight, shape: [1, c.I]).asParameter()
    let bias = Tensor.zeros([1]).asParameter()
    func loss(_ m: Int) -> Tensor {
      guard 0..<c.M ~= m else { fatalError("loss(\(m)): the micro-batches are 0 ..< \(c.M)") }
      let x = Tensor(Array(c.x[m * c.R * c.I..<(m + 1) * c.R * c.I]), shape: [c.R, c.I])
      let y = Tensor(Array(c.y[m * c.R..<(m + 1) * c.R]), shape: [c.R, 1])
      return (x.linear(weight: weight, bias: bias) - y).squared().mean()
    }
    return (1...3).flatMap { step in
      let value = function([weight, bias], c.M, c.rate, loss)
      return [
        Answer("the loss of step \(step)", [Double(value)], shape: []),
        Answer("the parameters after step \(step)", weight.values + bias.values),
      ]
    }
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    var parameters = doubles(c.weight) + [0]
    var sum = parameters.map { _ in 0.0 }
    func descend(by scale: Double) {
      let rate = mistakes.contains(.rateMissing) ? 1 : Double(c.rate)
      let sign: Double = mistakes.contains(.ascent) ? 1 : mistakes.contains(.noStep) ? 0 : -1
      for i in sum.indices { parameters[i] += sign * rate * scale * sum[i] }
    }
    return (1...3).flatMap { step -> [Answer] in
      var losses: [Double] = []
      if !mistakes.contains(.notCleared) { sum = sum.map { _ in 0 } }
      let each = mistakes.contains(.stepEachBatch)
      let scale = mistakes.contains(.notAveraged) ? 1 : 1 / Double(c.M)
      let clears = !mistakes.contains(.notCleared) && (each || mistakes.contains(.lastBatchOnly))
      for m in 0..<(mistakes.contains(.firstBatchOnly) ? 1 : c.M) {
        if clears { sum = sum.map { _ in 0 } }
        losses.append(add(gradient: &sum, of: m, c, parameters, scale))
        if each { descend(by: 1) }
      }
      if !each { descend(by: 1) }
      var loss = losses.reduce(0, +) / Double(losses.count)
      if mistakes.contains(.returnsSum) { loss *= Double(losses.count) }
      if mistakes.contains(.returnsLast) { loss = losses[losses.count - 1] }
      return [
        Answer("the loss of step \(step)", [loss], shape: []),
        Answer("the parameters after step \(step)", parameters, shape: [parameters.count]),
      ]
    }
  }

  /// Adds `scale` times the gradient of one micro-batch; returns its loss.
  private static func add(
    gradient: inout [Double], of m: Int, _ c: Case, _ parameters: [Double], _ scale: Double
  ) -> Double {
    var loss = 0.0
    for row in m * c.R..<(m + 1) * c.R {
      let x = doubles(Array(c.x[row * c.I..<(row + 1) * c.I])) + [1]
      let error = zip(x, parameters).reduce(-Double(c.y[row])) { $0 + $1.0 * $1.1 }
      loss += error * error / Double(c.R)
      for i in x.indices { gradient[i] += scale * 2 * error * x[i] / Double(c.R) }
    }
    return loss
  }
}
