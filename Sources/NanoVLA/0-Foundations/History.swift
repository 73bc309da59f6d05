// History: what the policy may remember, the last H observations.
//
// Why: one picture does not show motion, nor what happened a moment ago. A window of several does, at H
// times the cost of looking. It is off by default (H = 1): where one look tells all, as on this table,
// a longer memory mostly offers coincidences to learn by heart ("causal confusion").
//
// H  observations in the window
//
// Reference: Octo Model Team, "Octo" (2024), section III (a window of two frames); de Haan et al.,
// "Causal Confusion in Imitation Learning" (2019), on why more is not always better.

import Images

/// What a robot perceives at one moment.
public struct Observation: Sendable {
  public let image: RGBImage
  /// `[x, y, z, closed]`, for policies that use it.
  public let proprioception: [Float]?

  public init(_ image: RGBImage, proprioception: [Float]? = nil) {
    (self.image, self.proprioception) = (image, proprioception)
  }
}

/// The last H observations of an episode. Call ``append(_:)`` at every step, acting or not.
public struct History: Sendable {
  /// H, at least 1.
  public let length: Int
  private var observations: [Observation] = []

  public init(length: Int = 1) {
    guard length >= 1 else { fatalError("History: a window of \(length) observations, at least 1") }
    self.length = length
  }

  public mutating func append(_ observation: Observation) {
    observations.append(observation)
    if observations.count > length { observations.removeFirst() }
  }

  /// Exactly H observations, the oldest first; before there are so many, the first one repeats. Stops
  /// if nothing was appended.
  public var window: [Observation] {
    guard let first = observations.first else { fatalError("History: no observation yet") }
    return Array(repeating: first, count: length - observations.count) + observations
  }

  /// Forgets all, for a new episode.
  public mutating func reset() { observations = [] }

  /// The same rule over a whole episode of T steps: which H of them each step sees, T·H numbers.
  static func windows(steps T: Int, length H: Int) -> [Int] {
    (0..<T).flatMap { t in (0..<H).map { max(0, t - H + 1 + $0) } }
  }
}
