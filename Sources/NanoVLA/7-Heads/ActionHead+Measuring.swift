import Tensors

/// What a head costs, and how finely it can speak: to be compared before anybody drives.
extension ActionHead {
  /// How far the nearest actions that it has words for lie from the expert's: the root of the mean
  /// squared error of a normalised number, over real steps. No training makes it smaller.
  public func quantizationError(on expert: ActionChunks) -> Float {
    withoutGradient {
      expert.mean(of: (rounded(expert.actions) - expert.actions).squared()).item.squareRoot()
    }
  }

  /// How long it takes for one action: of 101 chunks for the one `state` [1, S], the median.
  public func microsecondsPerAction(for state: Tensor) -> Double {
    guard state.dim(0) == 1 else { fatalError("one state's time, not that of \(state.shape)") }
    var random = SeededRandom(seed: 0)
    let clock = ContinuousClock()
    let times = (0..<101).map { _ in
      clock.measure { withoutGradient { _ = actions(for: state, using: &random) } }
    }
    return times.sorted()[50] / .microseconds(1) / Double(chunk)
  }
}
