import Files
import NanoVLA

/// What a model that predicts actions itself says about them: head, chunk, and its robot's numbers.
struct NativeActions {
  let head: ActionHeadKind
  var chunk = 1
  /// Those of its robot, from the folder; nil if there are none.
  var space: ActionSpace?
  var statistics: ActionStatistics?
}

extension VLM {
  /// The network's own actions; nil if it predicts none.
  ///
  /// Of a π0 also the normalization of the robot's state is read, into ``stateScaling``.
  /// - Parameters:
  ///   - key: the dataset whose statistics to use; nil if there is only one.
  ///   - dimensions: the robot's, if there are no statistics.
  /// - Throws: the error of a file in the folder.
  func nativeActions(key: String?, dimensions: Int?) throws -> NativeActions? {
    switch network {
    case is any AutoregressiveActionModel:
      guard let folder else { return NativeActions(head: .autoregressive) }
      let statistics = try ActionStatistics.read(modelFolder: folder, key: key)
      let space = ActionSpace(predictedBy: statistics, movesArm: true)
      return NativeActions(head: .autoregressive, space: space, statistics: statistics)
    case let network as PiZero:
      let expert = network.configuration.expert
      var native = NativeActions(head: .actionExpert, chunk: expert.chunk)
      guard let folder else { return native }
      let robot = try RobotStatistics.read(folder, key: key, limits: expert.limits)
      stateScaling = robot.state
      native.statistics = robot.action
      native.space = robot.action.map { ActionSpace(predictedBy: $0, movesArm: false) }
      if native.space == nil {
        native.space = .normalized(dimensions ?? expert.actionCount)
        native.statistics = try .normalized(dimensions ?? expert.actionCount)
      }
      return native
    default: return nil
    }
  }
}

extension VLM {
  /// Sets the ``stateScaling`` of a policy's folder.
  /// - Throws: `PartError` if the network has no expert that reads it.
  func restore(_ scaling: StateScaling) throws(PartError) {
    let limit = (network as? PiZero)?.configuration.expert.limits.state ?? 0
    guard 1...max(limit, 1) ~= scaling.count, limit > 0, scaling.isSound else {
      throw PartError("stateScaling", "not 1 to \(limit) finite numbers each, with spans above 0")
    }
    stateScaling = scaling
  }
}

extension ActionExpertConfiguration {
  /// The numbers of a robot's state and action that the expert reads at most.
  var limits: (state: Int, action: Int) { (min(stateCount, decoder.width), actionCount) }
}

extension ActionSpace {
  private static let all = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude

  /// The action space of a published policy: without bounds, since none are published; 1 opens.
  /// - Parameter movesArm: whether 7 dimensions are an arm's, as in OpenVLA's data.
  init(predictedBy statistics: ActionStatistics, movesArm: Bool) {
    let isArm = movesArm && statistics.count == 7
    let arm = isArm ? ["dx", "dy", "dz", "roll", "pitch", "yaw", "gripper"] : []
    self.init(
      (0..<statistics.count).map { a in
        let name = statistics.mask[a] ? "dimension \(a)" : "gripper"
        let known = arm.isEmpty || (arm[a] == "gripper") == statistics.mask[a] ? name : arm[a]
        return Dimension(known, unit: Self.unnamedUnit, bounds: Self.all)
      }, gripperConvention: .oneOpen)
  }

  /// The numbers of a network whose robot is unknown.
  static func normalized(_ count: Int) -> ActionSpace {
    ActionSpace(
      (0..<count).map { Dimension("dimension \($0)", unit: normalizedUnit, bounds: all) },
      gripperConvention: .oneOpen)
  }

  /// The unit of numbers that no statistics turn into a robot's.
  package static let normalizedUnit = "normalized"
}

extension ActionStatistics {
  /// Statistics that change nothing.
  static func normalized(_ count: Int) throws(ActionError) -> ActionStatistics {
    let zero = Array(repeating: Float(0), count: count)
    let (low, high) = (zero.map { $0 - 1 }, zero.map { $0 + 1 })
    return try ActionStatistics(
      action: DimensionStatistics(
        mean: zero, std: high, max: high, min: low, q01: low, q99: high, "normalized"),
      mask: low.map { _ in true }, transitions: 0, trajectories: 0)
  }
}
