import NanoVLA

/// What the server says of its policy, before the first episode.
extension VLAEvalProtocol {
  /// The answer to a hello: what the server is and what it wants to see.
  func hello(_ payload: MessagePack) throws -> MessagePack {
    guard payload["protocol_version"] == .int(Self.version) else {
      throw RequestProblem("a hello of another protocol: this server has version \(Self.version)")
    }
    return .object([
      "harness_version": payload["harness_version"] ?? .text(""),
      "protocol_version": .int(Self.version), "model_server": .text(served.name),
      "capabilities": .map([]),
      "observation_params": .object([
        "send_wrist_image": .bool(false), "send_state": .bool(served.policy.usesProprioception),
      ]),
      "action_spec": actionSpecification,
      "observation_spec": .object([
        "image": Self.part("image", 0, "rgb_hwc_uint8"),
        "language": Self.part("language", 0, "language"),
      ]),
    ])
  }

  /// What the numbers of an action mean, in the harness's words, which warns of a mismatch. Nothing
  /// is claimed of an action that is not dx, dy, dz, three angles and a gripper.
  private var actionSpecification: MessagePack {
    let space = served.policy.space
    guard space.dimensions.map(\.name) == ["dx", "dy", "dz", "roll", "pitch", "yaw", "gripper"]
    else {
      return .map([])
    }
    let gripper =
      switch space.gripperConvention {
      case .positiveClosed: "binary_close_positive"
      case .oneClosed: "binary_close_01"
      case .oneOpen: "continuous_01"
      }
    return .object([
      "position": Self.part("position", 3, "delta_xyz"),
      "rotation": Self.part("rotation", 3, "euler_xyz"),
      "gripper": Self.part("gripper", 1, gripper),
    ])
  }

  private static func part(_ name: String, _ dimensions: Int64, _ format: String) -> MessagePack {
    .object(["name": .text(name), "dims": .int(dimensions), "format": .text(format)])
  }
}
