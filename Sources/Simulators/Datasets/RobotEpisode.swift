import Images

/// One successful episode of a robot: what it saw, how it stood and what it did at each of T steps.
///
/// The robot may be any: A action numbers and S state numbers a step, in the units of the
/// ``RobotDataset/space`` that its dataset states once for all episodes.
///
/// - Letters: T steps, A action dimensions, S state numbers, L true positions.
public struct RobotEpisode: Sendable, Equatable {
  /// The task's name where it was recorded, "metaworld:drawer-open-v3".
  public var task: String
  /// The task in words, "open a drawer".
  public var instruction: String
  /// The name of the initial state, if there is one: the seed that the simulator was reset to.
  public var seed: UInt64?
  /// T images of one size, each from before the action of the same index.
  public var frames: [RGBImage]
  /// T × A numbers, in the robot's units.
  public var actions: [[Float]]
  /// T × S numbers, in the robot's units; S may be 0.
  public var state: [[Float]]
  /// T × L numbers that a camera cannot know (the simulator's true positions), or none: a backbone may
  /// learn to point from them. A policy never reads them.
  public var positions: [[Float]]

  /// An episode with as many frames as actions, rows of state and, if there are any, of positions.
  public init(
    task: String, instruction: String, seed: UInt64? = nil, frames: [RGBImage],
    actions: [[Float]], state: [[Float]], positions: [[Float]] = []
  ) {
    let counts = [frames.count, actions.count, state.count]
    guard Set(counts).count == 1, positions.isEmpty || positions.count == frames.count else {
      fatalError(
        "RobotEpisode: \(counts) frames, actions and rows of state, \(positions.count) of positions"
      )
    }
    (self.task, self.instruction, self.seed) = (task, instruction, seed)
    (self.frames, self.actions, self.state, self.positions) = (frames, actions, state, positions)
  }
}
