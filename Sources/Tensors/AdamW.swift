import CKernels

/// Adam with decoupled weight decay: each parameter moves by its gradient's running mean over its
/// running size, and shrinks a little towards 0.
///
/// m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,
/// θ ← θ(1 − ηλ) − η · m̂ / (√v̂ + ε),  m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ);
/// t counts the steps in which the parameter had a gradient.
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019), algorithm 2.
public final class AdamW {
  public let parameters: [Tensor]
  public var weightDecay: Float
  public let beta1: Float
  public let beta2: Float
  public let epsilon: Float
  /// What each parameter's learning rate is multiplied by.
  public let rateFactors: [Float]
  let firstMoments: [Tensor]
  let secondMoments: [Tensor]
  var steps = 0
  /// In how many of the steps each parameter had no gradient: its means are so much younger.
  var idleSteps: [Int]

  /// Frozen parameters are left out. One that is frozen later rests until it is thawed again.
  /// - Parameter rateFactors: one for each of `parameters`; without them, 1.
  public init(
    _ parameters: [Tensor], rateFactors: [Float]? = nil, weightDecay: Float = 0.01,
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8
  ) {
    let factors = rateFactors ?? Array(repeating: 1, count: parameters.count)
    guard factors.count == parameters.count else {
      fatalError("AdamW: \(factors.count) rate factors for \(parameters.count) parameters")
    }
    let learning = zip(parameters, factors).filter(\.0.requiresGradient)
    self.parameters = learning.map(\.0)
    self.rateFactors = learning.map(\.1)
    idleSteps = learning.map { _ in 0 }
    self.weightDecay = weightDecay
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
    firstMoments = self.parameters.map { .zeros($0.shape) }
    secondMoments = self.parameters.map { .zeros($0.shape) }
  }

  /// Moves every parameter that has a gradient, and drops the gradients.
  /// - Parameters:
  ///   - learningRate: η, the size of a step.
  ///   - maximumNorm: the gradients are first shrunk together to this length, if longer.
  /// - Returns: the gradients' length before.
  @discardableResult
  public func step(learningRate: Float, maximumNorm: Float? = nil) -> Float {
    steps += 1
    let norm = parameters.clipGradients(toNorm: maximumNorm ?? .infinity)
    for (i, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else {
        idleSteps[i] += 1
        continue
      }
      let age = steps - idleSteps[i]
      kernel_adamw(
        parameter.pointer, gradient.pointer, firstMoments[i].pointer, secondMoments[i].pointer,
        parameter.count, learningRate * rateFactors[i], beta1, beta2, epsilon, weightDecay,
        1 - power(beta1, age), 1 - power(beta2, age))
      parameter.gradient = nil
    }
    return norm
  }

  private func power(_ base: Float, _ exponent: Int) -> Float {
    var (result, base, exponent) = (Double(1), Double(base), exponent)
    while exponent > 0 {
      if exponent & 1 == 1 { result *= base }
      base *= base
      exponent >>= 1
    }
    return Float(result)
  }
}

extension [Tensor] {
  /// Shrinks all gradients by one factor so that their common length is at most `norm`.
  /// - Returns: the length before, √Σ g².
  @discardableResult
  public func clipGradients(toNorm norm: Float) -> Float {
    let squares = reduce(0.0) { sum, parameter in
      sum + (parameter.gradient.map { kernel_sum_of_squares($0.pointer, $0.count) } ?? 0)
    }
    let length = Float(squares.squareRoot())
    guard length > norm else { return length }
    for parameter in self { parameter.gradient = parameter.gradient.map { $0 * (norm / length) } }
    return length
  }
}
