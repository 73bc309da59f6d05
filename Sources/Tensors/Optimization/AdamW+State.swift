extension AdamW {
  /// What a later run needs to resume with bit-identical results.
  public struct State: Equatable, Sendable {
    /// The number of steps taken.
    public var steps: Int
    /// The moments m and v of each parameter, row-major, in the order of ``AdamW/parameters``.
    public var firstMoments, secondMoments: [[Float]]
    /// The number of steps in which each parameter had no gradient.
    public var idleSteps: [Int]

    /// A state of given moments.
    /// - Parameter idleSteps: one for each parameter; by default 0.
    public init(
      steps: Int, firstMoments: [[Float]], secondMoments: [[Float]], idleSteps: [Int]? = nil
    ) {
      (self.steps, self.firstMoments, self.secondMoments) = (steps, firstMoments, secondMoments)
      self.idleSteps = idleSteps ?? firstMoments.map { _ in 0 }
    }
  }

  /// The moments and the step counts, copied. Setting a state whose sizes differ from those of the
  /// parameters stops the program.
  public var state: State {
    get {
      State(
        steps: steps, firstMoments: firstMoments.map(\.values),
        secondMoments: secondMoments.map(\.values), idleSteps: idleSteps)
    }
    set {
      let counts = parameters.map(\.count)
      for moments in [newValue.firstMoments, newValue.secondMoments] {
        guard moments.map(\.count) == counts, newValue.steps >= 0 else {
          fatalError("AdamW: moments of \(moments.map(\.count)) values for \(counts)")
        }
      }
      guard newValue.idleSteps.count == parameters.count else {
        fatalError("AdamW: \(newValue.idleSteps.count) idle counts for \(counts.count) parameters")
      }
      (steps, idleSteps) = (newValue.steps, newValue.idleSteps)
      for (tensor, values) in zip(firstMoments, newValue.firstMoments) { tensor.values = values }
      for (tensor, values) in zip(secondMoments, newValue.secondMoments) { tensor.values = values }
    }
  }
}
