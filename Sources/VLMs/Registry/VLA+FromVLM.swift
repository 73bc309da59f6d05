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
  ///   - actionDim: the dimensions of an action, 7 by default; those of the statistics, if a model that
  ///     predicts actions has them in its folder, or of π0's own actions.
  ///   - head: the action head; nil for the model's own, or else ``l1``.
  ///   - unnormKey: the dataset whose statistics turn the model's own actions into robot units; nil if
  ///     there is only one.
  ///   - usesProprioception: whether the policy reads the robot's state.
  ///   - seed: for random weights.
  /// - Throws: ``VLMError``, or the error of a file in the folder.
  public static func fromVLM(
    _ name: String, modelPath: String? = nil, actionDim: Int? = nil, head: ActionHeadKind? = nil,
    unnormKey: String? = nil, usesProprioception: Bool = false, seed: UInt64 = 0
  ) throws -> VLA {
    if let actionDim, actionDim <= 0 { throw ActionError.noData("action dimensions") }
    var random = SeededRandom(seed: seed)
    let folder = modelPath.map { URL(fileURLWithPath: $0, isDirectory: true) }
    let vlm = try VLMRegistry.shared.makeVLM(name, folder: folder, using: &random)
    return try fromVLM(
      vlm, actionDim: actionDim, head: head, unnormKey: unnormKey,
      usesProprioception: usesProprioception, using: &random)
  }

  /// The same for a VLM that is already made.
  static func fromVLM(
    _ vlm: VLM, actionDim: Int?, head: ActionHeadKind? = nil, unnormKey: String? = nil,
    usesProprioception: Bool = false, using random: inout SeededRandom
  ) throws -> VLA {
    let native = head == nil ? try vlm.nativeActions(key: unnormKey, dimensions: actionDim) : nil
    let space = native?.space ?? ActionSpace(dimensions: actionDim ?? 7)
    let statistics = try native?.statistics ?? ActionStatistics(boundsOf: space)
    let (kind, chunk) = (head ?? native?.head ?? .l1, native?.chunk ?? 1)
    let place = HeadContext(
      inputs: vlm.stateWidth(usesProprioception: usesProprioception), chunk: chunk, space: space,
      backbone: vlm)
    if let error = kind.validationError(in: place) { throw error }
    return try VLA(
      backbone: vlm, space: space, statistics: statistics, head: kind, chunk: chunk,
      usesProprioception: usesProprioception, using: &random)
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
