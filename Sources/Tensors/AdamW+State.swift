extension AdamW {
  /// What a later run needs to go on as if it had never stopped.
  public struct State: Equatable, Sendable {
    /// How many steps were taken.
    public var steps: Int
    /// m and v of each parameter, row-major, in the order of ``AdamW/parameters``.
    public var firstMoments, secondMoments: [[Float]]
    /// In how many of the steps each parameter had no gradient.
    public var idleSteps: [Int]

    /// - Parameter idleSteps: 0 for each parameter when left out.
    public init(
      steps: Int, firstMoments: [[Float]], secondMoments: [[Float]], idleSteps: [Int]? = nil
    ) {
      (self.steps, self.firstMoments, self.secondMoments) = (steps, firstMoments, secondMoments)
      self.idleSteps = idleSteps ?? firstMoments.map { _ in 0 }
    }
  }

  /// The running means and the count of steps, copied. Setting those of other parameters stops.
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
          fatalError("AdamW: moments of \(moments.map(\.count)) numbers for \(counts)")
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
