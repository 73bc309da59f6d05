import NanoVLA

/// What a simulator tells about itself and its task, once it is made.
public struct SimulatorFacts: Sendable, Equatable {
  /// The task in words.
  public let instruction: String
  /// The meaning of its actions.
  public let space: ActionSpace
  /// The names of the numbers of proprioception, and of the true positions that no policy reads.
  public let stateNames, positionNames: [String]
  /// The most steps of an episode.
  public let horizon: Int
  /// How many initial states there are; nil if every seed is another.
  public let initialStates: Int?
  public let hasExpert: Bool
}

extension SimulatorFacts: Decodable {
  private enum Key: CodingKey {
    case instruction, dimensions, gripper, rate, stateNames, positionNames, horizon
    case initialStates, hasExpert
  }

  private struct Dimension: Decodable {
    let name, unit: String
    let low, high: Float
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func wrong(_ key: Key, _ reason: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: values, debugDescription: reason)
    }
    instruction = try values.decode(String.self, forKey: .instruction)
    let dimensions = try values.decode([Dimension].self, forKey: .dimensions)
    guard 1...1000 ~= dimensions.count, dimensions.allSatisfy({ $0.low < $0.high }) else {
      throw wrong(.dimensions, "\(dimensions.count) dimensions, or bounds without a range")
    }
    let rate = try values.decode(Float.self, forKey: .rate)
    guard 1e-3...1e6 ~= rate else { throw wrong(.rate, "\(rate) actions a second") }
    space = ActionSpace(
      dimensions.map { ActionSpace.Dimension($0.name, unit: $0.unit, bounds: $0.low...$0.high) },
      gripperConvention: try values.decode(GripperConvention.self, forKey: .gripper),
      controlRate: rate)
    stateNames = try values.decode([String].self, forKey: .stateNames)
    positionNames = try values.decode([String].self, forKey: .positionNames)
    horizon = try values.decode(Int.self, forKey: .horizon)
    initialStates = try values.decodeIfPresent(Int.self, forKey: .initialStates)
    hasExpert = try values.decode(Bool.self, forKey: .hasExpert)
    guard 1...1_000_000 ~= horizon, 1...1_000_000 ~= initialStates ?? 1 else {
      throw wrong(.horizon, "\(horizon) steps, \(initialStates ?? 0) initial states")
    }
  }
}
