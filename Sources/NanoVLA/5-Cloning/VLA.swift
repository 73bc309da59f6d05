import Images
import Tensors

/// A vision-language-action policy: a backbone that understands, and a head that acts.
///
/// The backbone looks, reads, and points at what is meant; the head turns that and the arm's own
/// feeling (proprioception) into the next few actions. The head speaks in normalised numbers, the
/// policy in robot units: the action space and the demonstrations' statistics travel with it.
///
/// Letters: N samples, H observations each, K steps in a chunk, A action dimensions, S state numbers
/// an observation.
///
/// Reference: Kim et al., "OpenVLA" (2024), section 3: a VLM whose words are actions.
public final class VLA: Module {
  public let backbone: any Backbone
  public let head: any ActionHead
  public let space: ActionSpace
  public let statistics: ActionStatistics
  public let usesProprioception: Bool
  /// H, how many of the last observations the head is told about.
  public let history: Int
  /// How it is to learn, if that was decided (``VLABuilder``).
  public var transferPlan: TransferPlan?
  private var random = SeededRandom(seed: 0)  // for heads that draw their answer

  /// A policy whose head is yet to be trained, on a backbone that is kept as it is (frozen).
  /// - Parameters:
  ///   - space: of the robot.
  ///   - statistics: of the demonstrations that the head will learn from.
  ///   - head: what it says about an action.
  ///   - chunk: K, steps predicted at once.
  ///   - usesProprioception: whether the head is told [x, y, z, closed] of its own arm.
  ///   - history: H, observations in its window; 1 is the present alone.
  /// - Throws: ``ActionError`` if the statistics are not of such actions.
  public convenience init(
    backbone: some Backbone, space: ActionSpace = .tabletop, statistics: ActionStatistics,
    head: ActionHeadKind = .tokens(bins: 32), chunk: Int = 2, usesProprioception: Bool = true,
    history: Int = 1, using random: inout SeededRandom
  ) throws(ActionError) {
    let width = backbone.stateWidth(usesProprioception: usesProprioception)  // S
    try self.init(
      backbone: backbone, space: space, statistics: statistics,
      head: head.head(
        for: HeadContext(
          inputs: history * width, chunk: chunk, space: space, backbone: backbone),
        using: &random),
      usesProprioception: usesProprioception, history: history)
  }

  /// The same with a head that was made elsewhere, for states of H·S numbers.
  public init(
    backbone: some Backbone, space: ActionSpace, statistics: ActionStatistics,
    head: any ActionHead, usesProprioception: Bool, history: Int = 1
  ) throws(ActionError) {
    guard statistics.count == space.count else {
      throw .wrongDimensions("statistics", expected: space.count, found: statistics.count)
    }
    guard statistics.mask == space.mask else {
      throw .otherSpace(["normalised dimensions \(statistics.mask) for \(space.mask)"])
    }
    backbone.freeze()
    for layer in backbone.newLayers { layer.freeze(false) }
    self.backbone = backbone
    self.space = space
    self.statistics = statistics
    self.usesProprioception = usesProprioception
    self.history = history
    self.head = head
  }

  /// The next action, in the robot's own units and within its bounds.
  /// - Parameters:
  ///   - image: what the camera sees, of the backbone's size.
  ///   - instruction: what to do, in words that the backbone knows.
  ///   - proprioception: [x, y, z, closed], if the policy uses it.
  /// - Throws: ``InstructionError``, ``ActionError`` or ``PolicyError``.
  public func predictAction(
    _ image: RGBImage, instruction: String, proprioception: [Float]? = nil
  ) throws -> RobotAction {
    let observation = Observation(image, proprioception: proprioception)
    let chunk = try predictChunk([observation], instruction: instruction)
    return try space.clipped(statistics.robotAction(chunk[0]))
  }

  /// The next K actions, normalised.
  /// - Parameter window: the last H observations, the oldest first (``History/window``).
  public func predictChunk(
    _ window: [Observation], instruction: String
  ) throws -> [NormalizedAction] {
    try check(window)
    return try withoutGradient {
      let state = try state(of: [window], instructions: [instruction])  // → [1, H·S]
      return chunks(for: state, using: &random)[0]
    }
  }

  /// What the head is told: N windows of H observations, N instructions → [N, H·S].
  public func state(of windows: [[Observation]], instructions: [String]) throws -> Tensor {
    let each = instructions.flatMap { Array(repeating: $0, count: history) }
    let states = try backbone.state(  // → [N·H, S]
      of: windows.flatMap { $0 }, instructions: each, usesProprioception: usesProprioception)
    return states.reshaped([windows.count, -1])  // [N·H, S] → [N, H·S]
  }

  /// What the head would do in each of N states: [N, H·S] → N chunks of K actions.
  public func chunks(for state: Tensor, using random: inout SeededRandom) -> [[NormalizedAction]] {
    let actions = head.actions(for: state, using: &random)  // [N, H·S] → [N, K, A]
    let (values, K, A) = (actions.values, head.chunk, head.dimensions)
    return (0..<actions.dim(0)).map { n in
      (0..<K).map { k in
        let start = (n * K + k) * A
        return NormalizedAction(Array(values[start..<start + A]))
      }
    }
  }

  /// Refuses a window of another length, or of observations that the policy cannot read.
  /// - Throws: ``PolicyError`` or ``ActionError``.
  func check(_ window: [Observation]) throws {
    guard window.count == history else {
      throw PolicyError.history(expected: history, found: window.count)
    }
    for observation in window {
      let image = observation.image
      if let size = backbone.imageSize, image.width != size || image.height != size {
        throw PolicyError.imageSize(width: image.width, height: image.height, expected: size)
      }
      guard usesProprioception else { continue }
      guard let proprioception = observation.proprioception else {
        throw PolicyError.noProprioception
      }
      try ActionError.check(proprioception, "proprioception", dimensions: 4)
    }
  }
}
