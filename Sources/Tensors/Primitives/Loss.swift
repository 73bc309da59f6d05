import Foundation

// What training makes small. Each is one number, the mean over its rows or elements.

/// The mean of −ln p(target): how surprised the prediction is by what came.
///
/// With every class equally likely it is ln C, the number to expect of an untrained model.
/// - Parameters:
///   - logits: scores before the softmax, [N, C].
///   - targets: the true class of each row, N numbers in 0 ..< C.
///   - weights: how much each row counts, N numbers (default 1 each); the mean is the weighted one.
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
  guard total > 0 else { fatalError("cross-entropy: \(targets.count) rows that weigh nothing") }
  let logProbabilities = withoutGradient { logits.logSoftmax() }
  var loss: Double = 0
  for (row, target) in targets.enumerated() {
    loss -= Double(logProbabilities.pointer[row * classes + target] * (weights?[row] ?? 1))
  }
  // ∂logits = (softmax − one-hot) · weight / Σ weights
  return Tensor([Float(loss) / total], shape: []).recorded(from: [logits]) { g in
    let gradient = logProbabilities.exp()
    for (row, target) in targets.enumerated() {
      let share = g.item * (weights?[row] ?? 1) / total
      let y = gradient.pointer + row * classes
      y[target] -= 1
      for c in 0..<classes { y[c] *= share }
    }
    return [gradient]
  }
}

/// The mean of −t ln p − (1 − t) ln(1 − p) with p = sigmoid(logits): cross-entropy of yes and no.
///
/// - Parameters: `logits` and `targets` (each 0…1) of one shape.
public func binaryCrossEntropy(_ logits: Tensor, targets: Tensor) -> Tensor {
  guard logits.shape == targets.shape, logits.count > 0 else {
    fatalError("binary cross-entropy: logits \(logits.shape), targets \(targets.shape)")
  }
  var loss: Double = 0
  for i in 0..<logits.count {
    let (x, t) = (logits.pointer[i], targets.pointer[i])
    loss += Double(max(x, 0) - x * t + log1pf(expf(-Swift.abs(x))))  // no overflow at either end
  }
  let scale = 1 / Float(logits.count)
  return Tensor([Float(loss) * scale], shape: []).recorded(from: [logits]) { g in
    [(logits.detached().sigmoid() - targets) * (g.item * scale)]
  }
}

/// The mean of ½e² where |e| < 1 and |e| − ½ beyond, e = prediction − target: gentle near the
/// target, and an outlier pulls no harder than any other.
public func smoothL1(_ prediction: Tensor, _ target: Tensor, width: Float = 1) -> Tensor {
  guard prediction.shape == target.shape, target.count > 0 else {
    fatalError("smooth L1: prediction \(prediction.shape), target \(target.shape)")
  }
  let error = withoutGradient { prediction - target }
  var loss: Double = 0
  for i in 0..<error.count {
    let e = Swift.abs(error.pointer[i])
    loss += Double(e < width ? 0.5 * e * e / width : e - 0.5 * width)
  }
  let scale = 1 / Float(error.count)
  return Tensor([Float(loss) * scale], shape: []).recorded(from: [prediction]) { g in
    let gradient = Tensor(uninitialized: error.shape)
    for i in 0..<error.count {
      gradient.pointer[i] = max(-1, min(1, error.pointer[i] / width)) * scale * g.item
    }
    return [gradient]
  }
}
