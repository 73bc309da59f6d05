import NanoVLA
import Tensors

extension ActionHead {
  /// The time for one action in microseconds: the median of 101 chunks for one `state`, [1, S].
  public func microsecondsPerAction(for state: Tensor) -> Double {
    guard state.dim(0) == 1 else {
      fatalError("microsecondsPerAction: one state, not \(state.shape)")
    }
    var random = SeededRandom(seed: 0)
    let clock = ContinuousClock()
    let times = (0..<101).map { _ in
      clock.measure { withoutGradient { _ = actions(for: state, using: &random) } }
    }
    return times.sorted()[50] / .microseconds(1) / Double(chunk)
  }
}
