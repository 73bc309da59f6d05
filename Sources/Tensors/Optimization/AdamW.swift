import CKernels

/// Adam with decoupled weight decay, the usual optimizer of transformers.
///
/// Each element of a parameter moves against the running mean of its gradient, divided by the
/// gradient's running root mean square, so that all elements move at a similar speed. Weight decay
/// (a regularization) pulls them towards 0:
///
/// m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,
/// θ ← θ(1 − ηλ) − η · m̂ / (√v̂ + ε),  m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ);
/// - Letters: θ parameter, g gradient, η learning rate, λ weight decay, m and v the first and
///   second moment, t the number of steps in which the parameter had a gradient. Source: Loshchilov
///   and Hutter, "Decoupled Weight Decay Regularization" (2019), algorithm 2.
public final class AdamW {
  /// The parameters that learn, in the order given.
  public let parameters: [Tensor]
  /// λ, per unit of learning rate.
  public var weightDecay: Float
  /// β₁, the decay rate of the first moment.
  public let beta1: Float
  /// β₂, the decay rate of the second moment.
  public let beta2: Float
  /// ε, which keeps the division finite.
  public let epsilon: Float
  /// The factor on each parameter's learning rate.
  public let rateFactors: [Float]
  let firstMoments: [Tensor]
  let secondMoments: [Tensor]
  var steps = 0
  /// The number of steps in which each parameter had no gradient; its t is smaller by as many.
  var idleSteps: [Int]

  /// An optimizer of those `parameters` that are not frozen. One that is frozen later gets no
  /// gradient, and so stays as it is until it is unfrozen.
  /// - Parameter rateFactors: one for each of `parameters`; by default 1.
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

  /// Updates every parameter that has a gradient, and sets the gradients to nil. It is a fatal error
  /// if none has one and some are not frozen: `backward()` is missing, or the loss does not depend on
  /// them.
  /// - Parameters:
  ///   - learningRate: η.
  ///   - maximumNorm: the greatest norm of all gradients together; longer ones are scaled down to
  ///     it first (gradient clipping).
  /// - Returns: the norm before clipping.
  @discardableResult
  public func step(learningRate: Float, maximumNorm: Float? = nil) -> Float {
    guard
      parameters.contains(where: { $0.gradient != nil }) || parameters.allSatisfy(\.isFrozen)
    else {
      fatalError(
        "AdamW: none of \(parameters.count) parameters has a gradient; call backward() on the loss "
          + "before step(), and compute the loss from these parameters")
    }
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
  /// Scales all gradients by one factor, so that their common norm √Σ g² is at most `norm`.
  ///
  /// Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks"
  /// (2013), §3.2.
  /// - Returns: the norm before.
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
