/// The normalization of a robot's state, dimension by dimension, before an action expert reads it.
///
///     normalized = (x − origin) / span + shift
///
/// With the mean as origin and the standard deviation as span, shift is 0; with the minimum and half the
/// range, it is −1.
///
/// - Letters: S' numbers of the robot's state.
public struct StateScaling: Codable, Sendable, Equatable {
  public let origin, span: [Double]  // [S']
  public let shift: Double

  /// S'
  public var count: Int { origin.count }

  /// Whether all numbers are finite, and as many spans are above 0.
  var isSound: Bool {
    span.count == count && (origin + span + [shift]).allSatisfy(\.isFinite)
      && span.allSatisfy { $0 > 0 }
  }

  /// The normalized state: [S'] → [S'].
  public func callAsFunction(_ state: [Float]) -> [Float] {
    guard state.count == count else {
      fatalError("state scaling: \(state.count) numbers, not \(count)")
    }
    return state.indices.map { Float((Double(state[$0]) - origin[$0]) / span[$0] + shift) }
  }
}

/// How the numbers of one kind, of a state or of an action, were normalized in training.
struct RobotColumns {
  /// Normalized 0 and 1 are these: the mean, and the mean plus one standard deviation.
  /// Or normalized −1 and 1 are: the minimum and the maximum, or two quantiles.
  enum Form { case mean, range }

  let form: Form
  /// Mean and standard deviation, or low and high.
  let first, second: [Double]
  /// What keeps a span from being zero.
  var epsilon = 1e-8

  var scaling: StateScaling {
    switch form {
    case .mean:
      StateScaling(origin: first, span: second.map { $0 + epsilon }, shift: 0)
    case .range:
      StateScaling(origin: first, span: spans.map { $0 / 2 }, shift: -1)
    }
  }

  /// What ``ActionStatistics`` takes for q01 and q99: the values of normalized −1 and 1.
  var ends: (low: [Float], high: [Float]) {
    let span = form == .mean ? second : spans
    let low = form == .mean ? zip(first, second).map { $0 - $1 } : first
    let width = form == .mean ? 2.0 : 1
    return (low.map { Float($0) }, zip(low, span).map { Float($0 + width * $1) })
  }

  private var spans: [Double] { zip(first, second).map { $0 == $1 ? epsilon : $1 - $0 } }
}
