/// The last H observations of an episode: all that a policy remembers.
///
/// One image shows no motion. A window of several images does, at H times the cost of encoding one.
/// The default is H = 1: on the tabletop one image is enough, and a longer window offers
/// coincidences to overfit to ("causal confusion").
///
/// - Reference: Octo Model Team, "Octo" (2024), §III (a window of two frames); de Haan et
///   al., "Causal Confusion in Imitation Learning" (2019).
public struct History: Sendable {
  /// H, at least 1.
  public let length: Int
  private var observations: [Observation] = []

  /// An empty history for windows of `length` observations.
  public init(length: Int = 1) {
    guard length >= 1 else { fatalError("History: a window of \(length) observations, at least 1") }
    self.length = length
  }

  /// Adds the observation of the present step. Call it at every step, deciding or not.
  public mutating func append(_ observation: Observation) {
    observations.append(observation)
    if observations.count > length { observations.removeFirst() }
  }

  /// The last H observations, at least one, oldest first; the first repeats until there are H.
  public var window: [Observation] {
    guard let first = observations.first else { fatalError("History: no observation yet") }
    return Array(repeating: first, count: length - observations.count) + observations
  }

  /// The same rule for a recorded episode: the H steps of each of its T windows, T·H indices.
  static func windows(steps T: Int, length H: Int) -> [Int] {
    (0..<T).flatMap { t in (0..<H).map { max(0, t - H + 1 + $0) } }
  }
}
