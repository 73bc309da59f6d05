import Foundation
import NanoVLA
import Tensors

/// Any VLM becomes a policy.
///
/// A model that speaks actions (OpenVLA) acts at once. Every other gets a head on what it understood,
/// which has yet to learn: from demonstrations, as in the course (``BehaviorCloning``).
extension VLA {
  /// A policy on a VLM, by the name of its kind.
  ///
  /// ```swift
  /// let model = try VLA.fromVLM("openvla", modelPath: "openvla-7b", unnormKey: "bridge_orig")
  /// let action = try model.predictAction(image, instruction: "pick up the red cup")
  /// ```
  /// - Parameters:
  ///   - name: of a VLM that ``VLMRegistry`` knows.
  ///   - modelPath: its folder as published on Hugging Face. Without it the VLM is of nano size with
  ///     random weights: it runs at once and knows nothing (``isRandom``).
  ///   - actionDim: the numbers of one action; those of the statistics for a model that speaks actions.
  ///   - head: what the head says; nil lets a model that speaks actions speak, and takes ``l1`` else.
  ///   - unnormKey: which data set's statistics turn OpenVLA's words into robot units; nil if there is
  ///     only one.
  ///   - seed: of random weights.
  /// - Throws: ``VLMError``, and whatever is wrong with the folder's files.
  public static func fromVLM(
    _ name: String, modelPath: String? = nil, actionDim: Int = 7, head: ActionHeadKind? = nil,
    unnormKey: String? = nil, seed: UInt64 = 0
  ) throws -> VLA {
    guard actionDim > 0 else { throw ActionError.noData("action dimensions") }
    var random = SeededRandom(seed: seed)
    let folder = modelPath.map { URL(fileURLWithPath: $0, isDirectory: true) }
    let vlm = try VLMRegistry.shared.makeVLM(name, folder: folder, using: &random)
    if let speaker = vlm.network as? OpenVLA, head == nil {
      return try VLA(
        speaker, vlm, folder: folder, key: unnormKey, space: ActionSpace(dimensions: actionDim))
    }
    let space = ActionSpace(dimensions: actionDim)
    return try VLA(
      backbone: vlm, space: space, statistics: ActionStatistics(boundsOf: space),
      head: head ?? .l1, chunk: 1, usesProprioception: false, using: &random)
  }

  /// A model that speaks actions, with the statistics of its folder.
  private convenience init(
    _ network: OpenVLA, _ vlm: VLM, folder: URL?, key: String?, space: ActionSpace
  ) throws {
    vlm.readout = .wholePrompt
    let statistics =
      try folder.map { try ActionStatistics.read(modelFolder: $0, key: key) }
      ?? ActionStatistics(boundsOf: space)
    try self.init(
      backbone: vlm, space: folder == nil ? space : ActionSpace(spokenBy: statistics),
      statistics: statistics,
      head: AutoregressiveActionHead(network, dimensions: statistics.count),
      usesProprioception: false)
  }

  /// Whether it stands on random weights, and so knows nothing.
  public var isRandom: Bool { backbone.isRandom }
}

extension VLA: CustomStringConvertible {
  /// One line: backbone, head, size, and whether anything was learned.
  public var description: String {
    let random = isRandom ? ", nano size with RANDOM weights: it runs and knows nothing" : ""
    return "\(backbone.name) + \(type(of: head)), \(space.count) action numbers, "
      + "\(parameterCount) parameters\(random)"
  }
}

extension ActionSpace {
  /// The space of a published OpenVLA: its bounds are not told, so nothing is cut off; 1 opens.
  init(spokenBy statistics: ActionStatistics) {
    let arm = statistics.count == 7 ? ActionSpace.tabletop.dimensions.map(\.name) : []
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
  /// Until demonstrations are known: −1 and 1 are the bounds of `space`.
  public init(boundsOf space: ActionSpace) throws(ActionError) {
    let (low, high) = (
      space.dimensions.map(\.bounds.lowerBound), space.dimensions.map(\.bounds.upperBound)
    )
    let middle = zip(low, high).map { ($0 + $1) / 2 }
    let half = zip(low, high).map { ($1 - $0) / 2 }
    try self.init(
      action: DimensionStatistics(
        mean: middle, std: half, max: high, min: low, q01: low, q99: high, "bounds"),
      mask: space.mask, transitions: 0, trajectories: 0)
  }
}
