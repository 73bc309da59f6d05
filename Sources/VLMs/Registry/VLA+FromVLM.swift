import Foundation
import NanoVLA
import Tensors

/// Turning any VLM into a policy.
///
/// An ``AutoregressiveActionModel``, OpenVLA for example, predicts actions itself, and so does
/// ``PiZero``. Every other VLM gets an action head on its last hidden state, which must be trained on
/// demonstrations (``BehaviorCloning``).
extension VLA {
  /// A policy with the VLM called `name` as its backbone.
  ///
  /// ```swift
  /// let model = try VLA.fromVLM("openvla", modelPath: "openvla-7b", unnormKey: "bridge_orig")
  /// let action = try model.predictAction(image, instruction: "pick up the red cup")
  /// ```
  /// - Parameters:
  ///   - name: a name in ``VLMRegistry``.
  ///   - modelPath: its folder as published on Hugging Face. Without it the VLM has nano size and
  ///     random weights (``isRandom``).
  ///   - actionDim: the dimensions of an action; OpenVLA's are those of its statistics.
  ///   - head: what the head says; nil lets a model that speaks actions speak, and takes ``l1`` else.
  ///   - unnormKey: the dataset whose statistics turn OpenVLA's action tokens into robot units; nil if
  ///     there is only one.
  ///   - seed: for random weights.
  /// - Throws: ``VLMError``, or the error of a file in the folder.
  public static func fromVLM(
    _ name: String, modelPath: String? = nil, actionDim: Int = 7, head: ActionHeadKind? = nil,
    unnormKey: String? = nil, seed: UInt64 = 0
  ) throws -> VLA {
    guard actionDim > 0 else { throw ActionError.noData("action dimensions") }
    var random = SeededRandom(seed: seed)
    let folder = modelPath.map { URL(fileURLWithPath: $0, isDirectory: true) }
    let vlm = try VLMRegistry.shared.makeVLM(name, folder: folder, using: &random)
    return try fromVLM(
      vlm, actionDim: actionDim, head: head, unnormKey: unnormKey, using: &random)
  }

  /// The same for a VLM that is already made.
  static func fromVLM(
    _ vlm: VLM, actionDim: Int, head: ActionHeadKind? = nil, unnormKey: String? = nil,
    using random: inout SeededRandom
  ) throws -> VLA {
    let native = head == nil ? vlm.nativeHead : nil
    var space = ActionSpace(dimensions: actionDim)
    var statistics = try ActionStatistics(boundsOf: space)
    if let folder = vlm.folder, native?.kind.part == ActionHeadKind.autoregressive.part {
      statistics = try .read(modelFolder: folder, key: unnormKey)  // its robot's, published with it
      space = ActionSpace(predictedBy: statistics)
    }
    let (kind, chunk) = (head ?? native?.kind ?? .l1, native?.chunk ?? 1)
    let place = HeadContext(
      inputs: vlm.stateWidth(usesProprioception: false), chunk: chunk, space: space, backbone: vlm)
    if let error = kind.validationError(in: place) { throw error }
    return try VLA(
      backbone: vlm, space: space, statistics: statistics, head: kind, chunk: chunk,
      usesProprioception: false, using: &random)
  }

  /// Whether its VLM has random weights.
  public var isRandom: Bool { backbone.isRandom }
}

extension VLA: CustomStringConvertible {
  /// One line: backbone, head, size, and whether the weights are random.
  public var description: String {
    let random = isRandom ? ", nano size with random weights (untrained)" : ""
    return "\(backbone.name) + \(type(of: head)), \(space.count) action dimensions, "
      + "\(parameterCount) parameters\(random)"
  }
}

extension VLM {
  /// The head with which the network itself predicts actions, and its chunk; nil if it does not.
  fileprivate var nativeHead: (kind: ActionHeadKind, chunk: Int)? {
    switch network {
    case is any AutoregressiveActionModel: (.autoregressive, 1)
    case let network as PiZero: (.actionExpert, network.configuration.expert.chunk)
    default: nil
    }
  }
}

extension ActionSpace {
  /// The action space of a published OpenVLA: without bounds, since none are published; 1 opens.
  init(predictedBy statistics: ActionStatistics) {
    let arm = statistics.count == 7 ? ["dx", "dy", "dz", "roll", "pitch", "yaw", "gripper"] : []
    let all = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
    self.init(
      (0..<statistics.count).map { a in
        let name = statistics.mask[a] ? "dimension \(a)" : "gripper"
        let known = arm.isEmpty || (arm[a] == "gripper") == statistics.mask[a] ? name : arm[a]
        return Dimension(known, unit: "robot units", bounds: all)
      }, gripperConvention: .oneOpen)
  }
}

extension ActionStatistics {
  /// Statistics without demonstrations: normalized −1 and 1 are the bounds of `space`.
  /// - Throws: ``ActionError`` if the bounds cannot be used.
  public init(boundsOf space: ActionSpace) throws(ActionError) {
    let (low, high) = (
      space.dimensions.map(\.bounds.lowerBound), space.dimensions.map(\.bounds.upperBound)
    )
    let center = zip(low, high).map { ($0 + $1) / 2 }
    let half = zip(low, high).map { ($1 - $0) / 2 }
    try self.init(
      action: DimensionStatistics(
        mean: center, std: half, max: high, min: low, q01: low, q99: high, "bounds"),
      mask: space.mask, transitions: 0, trajectories: 0)
  }
}
