import NanoVLA

/// A famous failure of vision-language-action policies, as a switch on the real pipeline.
///
/// Each of them raises no error: the program runs, and the robot fails. `nanovla-lesson break NAME`
/// shows one (``Exhibit``), and ``Diagnosis`` finds it from behavior alone.
///
/// To add one: a case here, its story in `Fault+Stories.swift` (the question, the thread, what
/// happens), its line in ``planted(in:)``, and the ``Cause`` that the doctor should name.
public enum Fault: String, CaseIterable, Codable, Sendable {
  case gripperSign = "gripper-sign"
  case wrongKey = "wrong-key"
  case minMaxAsQuantiles = "min-max"
  case noStatistics = "no-statistics"
  case flippedImage = "flipped-image"
  case pixelRange = "pixel-range"
  case invertedMask = "inverted-mask"
  case causalMask = "causal-mask"
  case noPositions = "no-positions"
  case fullStop = "full-stop"
  case offByOneToken = "off-by-one"
  case longChunk = "long-chunk"
  case stateOrder = "state-order"
  case lateActions = "late-actions"
  case staleLogProbabilities = "stale-log-probabilities"
  case missingTemperature = "missing-temperature"

  /// Whether it stands in the update of reinforcement learning, and not in the policy.
  public var isInUpdate: Bool { self == .staleLogProbabilities || self == .missingTemperature }

  /// What the doctor should name.
  public var cause: Cause {
    switch self {
    case .gripperSign: .gripperSign
    case .wrongKey: .wrongStatistics
    case .minMaxAsQuantiles: .minMaxAsQuantiles
    case .noStatistics: .noStatistics
    case .flippedImage: .imageFlipped
    case .pixelRange: .pixelRange
    case .invertedMask: .textMask
    case .causalMask: .causalMask
    case .noPositions: .noPositions
    case .fullStop: .punctuation
    case .offByOneToken: .offByOneToken
    case .longChunk: .longChunk
    case .stateOrder: .stateOrder
    case .lateActions: .actionLag
    case .staleLogProbabilities: .staleLogProbabilities
    case .missingTemperature: .missingTemperature
    }
  }
}
