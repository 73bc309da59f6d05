import Images
import NanoVLA

/// Where a policy plays: the tabletop, or a simulator behind a Python process.
///
/// A value is one moment of an episode. ``PlaySession`` keeps the earlier ones, to show them as a film and
/// to go back to them.
protocol PlayWorld {
  /// The meaning of the numbers of an action.
  var space: ActionSpace { get }
  /// What a page chooses the layout by.
  var layout: PlayState.Layout { get }
  /// What the policy is told.
  var instruction: String { get }
  /// Whether the world judges the instruction, and not another task or none.
  var isJudged: Bool { get }
  /// The most steps of an episode.
  var horizon: Int { get }
  var isRunning: Bool { get }
  /// Whether the task that the instruction names is achieved.
  var isSuccess: Bool { get }
  /// "running", "success", or how the episode ended otherwise.
  var outcome: String { get }

  /// The scene, as a person and the policy see it, and as a covered camera shows it.
  var picture: RGBImage { get }
  var blank: RGBImage { get }
  var proprioception: [Float]? { get }
  /// Instructions that make sense here.
  var instructions: [String] { get }
  /// Objects that can be dragged.
  var objects: [PlayState.Object] { get }
  /// Where `actions` would lead the gripper, as points of the picture; none if nobody knows.
  func path(of actions: [RobotAction]) -> [[Float]]

  /// Gives the robot an instruction; the episode begins anew.
  mutating func tell(_ text: String)
  /// The episode begins anew, for `policy`.
  mutating func restart(for policy: VLA)
  /// Makes this moment, which came after `actions`, the present one again.
  mutating func goBack(after actions: [RobotAction])
  /// Does what a new episode or going back needs, which may take seconds.
  mutating func settle() throws
  /// Executes an action; returns whether that ended the episode.
  mutating func step(_ action: RobotAction) throws -> Bool
}

extension PlayWorld {
  var objects: [PlayState.Object] { [] }
  func path(of actions: [RobotAction]) -> [[Float]] { [] }
}
