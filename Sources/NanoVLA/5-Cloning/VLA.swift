import Images
import Tensors

/// A vision-language-action policy: a backbone that encodes image and instruction, and a head.
///
/// The head works on normalized numbers, the policy in robot units: the action space and the
/// demonstrations' statistics are parts of it.
///
///     images, instruction, proprioception → backbone → state [N, H·S] → head → chunk [N, K, A]
///
/// - Letters: N samples, H observations each, S state numbers of one, K steps, A action dimensions.
/// - Reference: Kim et al., "OpenVLA" (2024), §3.
public final class VLA: Module {
  public let backbone: any Backbone
  public let head: any ActionHead
  public let space: ActionSpace
  public let statistics: ActionStatistics
  /// Whether the state includes [x, y, z, closed] of the gripper.
  public let usesProprioception: Bool
  /// H, the number of observations in the head's input.
  public let history: Int
  /// Which layers to train and how, if that was decided (by the builder of VLMs).
  public var transferPlan: TransferPlan?
  private var random = SeededRandom(seed: 0)  // for heads that sample

  /// A policy with an untrained head on a frozen backbone; `statistics` are those of the
  /// demonstrations that the head will learn from, `chunk` is K.
  /// - Throws: ``ActionError`` if the statistics do not match the space.
  public convenience init(
    backbone: some Backbone, space: ActionSpace = .tabletop, statistics: ActionStatistics,
    head: ActionHeadKind = .tokens(bins: 32), chunk: Int = 2, usesProprioception: Bool = true,
    history: Int = 1, using random: inout SeededRandom
  ) throws(ActionError) {
    let width = backbone.stateWidth(usesProprioception: usesProprioception)  // S
    let context = HeadContext(
      inputs: history * width, chunk: chunk, space: space, backbone: backbone)
    try self.init(
      backbone: backbone, space: space, statistics: statistics,
      head: head.head(for: context, using: &random), usesProprioception: usesProprioception,
      history: history)
  }

  /// A policy with a given head, for states of H·S numbers.
  public init(
    backbone: some Backbone, space: ActionSpace, statistics: ActionStatistics,
    head: any ActionHead, usesProprioception: Bool, history: Int = 1
  ) throws(ActionError) {
    guard statistics.count == space.count else {
      throw .wrongDimensions("statistics", expected: space.count, found: statistics.count)
    }
    guard statistics.mask == space.mask else {
      throw .otherSpace(["normalized dimensions \(statistics.mask) for \(space.mask)"])
    }
    backbone.freeze()
    for layer in backbone.newLayers { layer.freeze(false) }
    (self.backbone, self.head, self.space, self.statistics) = (backbone, head, space, statistics)
    (self.usesProprioception, self.history) = (usesProprioception, history)
  }

  /// The next action, in the robot's own units and within its bounds.
  /// - Parameters:
  ///   - image: of the camera, in the backbone's size.
  ///   - instruction: the task in words of the backbone's vocabulary.
  ///   - proprioception: [x, y, z, closed], if the policy uses it.
  /// - Throws: ``InstructionError``, ``ActionError`` or ``PolicyError``.
  public func predictAction(
    _ image: RGBImage, instruction: String, proprioception: [Float]? = nil
  ) throws -> RobotAction {
    let observation = Observation(image, proprioception: proprioception)
    let chunk = try predictChunk([observation], instruction: instruction)
    return try space.clipped(statistics.robotAction(chunk[0]))
  }

  /// The next K actions, normalized, from the last H observations (``History/window``).
  public func predictChunk(
    _ window: [Observation], instruction: String
  ) throws -> [NormalizedAction] {
    try check(window)
    return try withoutGradient {
      try finite {
        let state = try state(of: [window], instructions: [instruction])  // → [1, H·S]
        return chunks(for: state, using: &random)[0]
      }
    }
  }

  /// The head's input: N windows of H observations, N instructions → [N, H·S].
  public func state(of windows: [[Observation]], instructions: [String]) throws -> Tensor {
    guard instructions.allSatisfy({ $0.contains { !$0.isWhitespace } }) else {
      throw InstructionError.empty
    }
    let each = instructions.flatMap { Array(repeating: $0, count: history) }
    let states = try backbone.state(  // → [N·H, S]
      of: windows.flatMap { $0 }, instructions: each, usesProprioception: usesProprioception)
    return states.reshaped([windows.count, -1])  // [N·H, S] → [N, H·S]
  }

  /// The head's actions in N states: [N, H·S] → N chunks of K actions.
  public func chunks(for state: Tensor, using random: inout SeededRandom) -> [[NormalizedAction]] {
    let actions = head.actions(for: state, using: &random)  // [N, H·S] → [N, K, A]
    let (values, K, A) = (actions.values, head.chunk, head.dimensions)
    return (0..<actions.dim(0)).map { n in
      (n * K..<(n + 1) * K).map { NormalizedAction(Array(values[$0 * A..<($0 + 1) * A])) }
    }
  }

  /// Refuses a window of another length, or of observations that the policy cannot read.
  /// - Throws: ``PolicyError`` or ``ActionError``.
  package func check(_ window: [Observation]) throws {
    guard window.count == history else {
      throw PolicyError.history(expected: history, found: window.count)
    }
    for observation in window {
      let image = observation.image
      if let size = backbone.imageSize, image.width != size || image.height != size {
        throw PolicyError.imageSize(width: image.width, height: image.height, expected: size)
      }
      try observation.checkProprioception(for: self)
    }
  }
}
