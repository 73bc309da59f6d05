import CKernels

/// Adam with decoupled weight decay: each parameter moves by its gradient's running mean over its
/// running size, and shrinks a little towards 0.
///
/// m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,
/// θ ← θ(1 − ηλ) − η · m̂ / (√v̂ + ε),  m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ).
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019), algorithm 2.
public final class AdamW {
  public let parameters: [Tensor]
  public var weightDecay: Float
  public let beta1: Float
  public let beta2: Float
  public let epsilon: Float
  private let firstMoments: [Tensor]
  private let secondMoments: [Tensor]
  private var steps = 0

  /// Frozen parameters are left out.
  public init(
    _ parameters: [Tensor], weightDecay: Float = 0.01, beta1: Float = 0.9, beta2: Float = 0.999,
    epsilon: Float = 1e-8
  ) {
    self.parameters = parameters.filter(\.requiresGradient)
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
    let correction1 = 1 - power(beta1, steps)
    let correction2 = 1 - power(beta2, steps)
    for (i, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else { continue }
      kernel_adamw(
        parameter.pointer, gradient.pointer, firstMoments[i].pointer, secondMoments[i].pointer,
        parameter.count, learningRate, beta1, beta2, epsilon, weightDecay, correction1,
        correction2)
      parameter.gradient = nil
    }
    return norm
  }

  /// What a later run needs to go on as if it had never stopped.
  public struct State: Equatable, Sendable {
    /// How many steps were taken.
    public var steps: Int
    /// m and v of each parameter, row-major, in the order of ``AdamW/parameters``.
    public var firstMoments, secondMoments: [[Float]]

    public init(steps: Int, firstMoments: [[Float]], secondMoments: [[Float]]) {
      (self.steps, self.firstMoments, self.secondMoments) = (steps, firstMoments, secondMoments)
    }
  }

  /// The running means and the count of steps, copied. Setting those of other parameters stops.
  public var state: State {
    get {
      State(
        steps: steps, firstMoments: firstMoments.map(\.values),
        secondMoments: secondMoments.map(\.values))
    }
    set {
      let counts = parameters.map(\.count)
      for moments in [newValue.firstMoments, newValue.secondMoments] {
        guard moments.map(\.count) == counts, newValue.steps >= 0 else {
          fatalError("AdamW: moments of \(moments.map(\.count)) numbers for \(counts)")
        }
      }
      steps = newValue.steps
      for (tensor, values) in zip(firstMoments, newValue.firstMoments) { tensor.values = values }
      for (tensor, values) in zip(secondMoments, newValue.secondMoments) { tensor.values = values }
    }
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
