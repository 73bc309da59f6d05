#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Cross-entropy, the loss of a classification: the mean of −ln p(target), p = softmax(logits).
///
/// If every class is equally likely it is ln C: the expected loss at initialization.
/// - Parameters:
///   - logits: scores before the softmax, [N, C].
///   - targets: the true class of each row, N numbers in 0 ..< C.
///   - weights: the weight of each row in the mean, N numbers; by default 1 each.
/// - Returns: the loss in nats, a single number, [].
public func crossEntropy(_ logits: Tensor, targets: [Int], weights: [Float]? = nil) -> Tensor {
  guard logits.shape.count == 2, logits.shape[0] == targets.count,
    weights == nil || weights!.count == targets.count
  else {
    fatalError("cross-entropy: logits \(logits.shape), targets [\(targets.count)]")
  }
  let classes = logits.shape[1]
  guard targets.allSatisfy({ 0..<classes ~= $0 }) else {
    fatalError("cross-entropy: targets \(targets.min()!)…\(targets.max()!) of \(classes) classes")
  }
  let total = weights?.reduce(0, +) ?? Float(targets.count)
  guard total > 0 else {
    fatalError("cross-entropy: \(targets.count) rows whose weights sum to \(total)")
  }
  let logProbabilities = withoutGradient { logits.logSoftmax() }
  var loss: Double = 0
  let logP = logProbabilities.pointer
  for (row, target) in targets.enumerated() {
    loss -= Double(logP[row * classes + target] * (weights?[row] ?? 1))
  }
  // ∂logits = (softmax − one-hot) · weight / Σ weights
  return Tensor([Float(loss) / total], shape: []).recorded(from: [logits]) { g in
    let (gradient, scale) = (logProbabilities.exp(), g.item)
    let rows = gradient.pointer
    for (row, target) in targets.enumerated() {
      let share = scale * (weights?[row] ?? 1) / total
      let y = rows + row * classes
      y[target] -= 1
      for c in 0..<classes { y[c] *= share }
    }
    return [gradient]
  }
}

/// Binary cross-entropy: the mean of −t ln p − (1 − t) ln(1 − p), p = sigmoid(logits).
///
/// - Parameters:
///   - logits: scores before the sigmoid, of any shape.
///   - targets: t, the true probabilities in 0…1, of the same shape.
/// - Returns: the loss in nats, a single number, [].
public func binaryCrossEntropy(_ logits: Tensor, targets: Tensor) -> Tensor {
  guard logits.shape == targets.shape, logits.count > 0 else {
    fatalError("binary cross-entropy: logits \(logits.shape), targets \(targets.shape)")
  }
  var loss: Double = 0
  let (scores, probabilities) = (logits.pointer, targets.pointer)
  for i in 0..<logits.count {
    let (x, t) = (scores[i], probabilities[i])
    loss += Double(max(x, 0) - x * t + log1pf(expf(-Swift.abs(x))))  // overflows for no x
  }
  let scale = 1 / Float(logits.count)
  return Tensor([Float(loss) * scale], shape: []).recorded(from: [logits]) { g in
    [(logits.detached().sigmoid() - targets) * (g.item * scale)]
  }
}

/// Smooth L1 loss, also called Huber loss: the mean of ½e²/w where |e| < w, and |e| − ½w elsewhere,
/// with e = prediction − target.
///
/// Near the target the gradient shrinks with the error, as for a squared error; far from it the
/// gradient is ±1, so that an outlier does not dominate.
/// Source: Girshick, "Fast R-CNN" (2015), equation 3, with w = 1.
/// - Parameters:
///   - prediction: of any shape.
///   - target: of the same shape.
///   - width: w, the error at which the parabola becomes a line, in the unit of the target;
///     positive.
/// - Returns: the loss, a single number, [].
public func smoothL1(_ prediction: Tensor, _ target: Tensor, width: Float = 1) -> Tensor {
  guard prediction.shape == target.shape, target.count > 0 else {
    fatalError("smooth L1: prediction \(prediction.shape), target \(target.shape)")
  }
  let error = withoutGradient { prediction - target }
  var loss: Double = 0
  let errors = error.pointer
  for i in 0..<error.count {
    let e = Swift.abs(errors[i])
    loss += Double(e < width ? 0.5 * e * e / width : e - 0.5 * width)
  }
  let scale = 1 / Float(error.count)
  return Tensor([Float(loss) * scale], shape: []).recorded(from: [prediction]) { g in
    let gradient = Tensor(uninitialized: error.shape)
    let (errors, result, upstream) = (error.pointer, gradient.pointer, g.item)
    for i in 0..<error.count {
      result[i] = max(-1, min(1, errors[i] / width)) * scale * upstream
    }
    return [gradient]
  }
}
