import Images
import Tensors

/// A world in which a policy acts: the tabletop, a simulator behind a pipe, a robot.
///
/// Closed-loop evaluation, recording and reinforcement learning ask for nothing else:
///
///     reset(to: s₀) → o₀ and the instruction;   step(a₀) → o₁;   step(a₁) → o₂;   …   → ending
///
/// A policy decides at some steps only (``ClosedLoop``), and an image is expensive to render. So
/// the observation is a method of its own, called at those steps. The environment alone decides
/// what success is. Each initial state has a name, its seed: the same seed and the same actions
/// give the same episode, so two policies can be compared on the same initial states.
///
/// - Reference: Brockman et al., "OpenAI Gym" (2016): reset, step, observation. Left out: rewards
///   before the end, since the ending is the only feedback that the course uses.
public protocol Environment {
  /// The units and bounds of its actions. A policy for another action space is refused.
  var space: ActionSpace { get }
  /// How many of its episodes may run at once: each of a simulator's needs a process of its own.
  var concurrency: Int { get }
  /// The task of this episode in words, "pick up the red cup".
  var instruction: String { get }
  /// Whether the task that the initial state was made for is achieved. It differs from success only
  /// if the environment gives a policy another instruction, as a control.
  var achievedOriginalTask: Bool { get }

  /// Another environment of this kind, so that several episodes can run at once: a struct returns
  /// itself, a simulator starts another process.
  func copy() throws -> Self
  /// Begins the episode that `seed` names.
  mutating func reset(to seed: UInt64) throws
  /// What the robot perceives now.
  func observation() throws -> Observation
  /// Executes one action, in robot units.
  /// - Returns: how the episode ended, or nil while it is running.
  mutating func step(_ action: RobotAction) throws -> Ending?

  /// `count` initial states for evaluation, which no demonstration and no practice begins with.
  func heldOutSeeds(_ count: Int) -> [UInt64]
  /// An initial state to practice on (reinforcement learning).
  func practiceSeed(using random: inout SeededRandom) -> UInt64
}

extension Environment { public var concurrency: Int { .max } }

/// An environment with a scripted expert, which may read the true state and can be recorded.
public protocol ExpertEnvironment: Environment {
  /// What the expert does now, in robot units.
  func expertAction() throws -> RobotAction
}

/// How an episode ended: in success, or in a failure whose name says what to work on.
public struct Ending: Sendable, Hashable {
  /// Whether the task that the instruction names is achieved.
  public let isSuccess: Bool
  /// "success", or what went wrong.
  public let name: String
  /// The task is achieved.
  public static let success = Ending(isSuccess: true, name: "success")
  /// The task is not achieved, because of `reason`.
  public static func failure(_ reason: String) -> Ending {
    Ending(isSuccess: false, name: reason)
  }
}

/// What happened from a reset of an ``Environment`` to the ending.
public struct Episode: Sendable {
  /// The name of its initial state.
  public let seed: UInt64
  /// What the policy was told to do, and how it ended, judged by that.
  public let instruction: String, ending: Ending
  /// ``Environment/achievedOriginalTask`` at the end.
  public let achievedOriginalTask: Bool
  /// T, the number of executed actions.
  public let steps: Int
  /// If recorded: T + 1 observations, one before each action and one after the last; else empty.
  public let observations: [Observation]
  /// If recorded: the T actions that the policy decided on, in robot units; else empty.
  public let actions: [RobotAction]
  /// The images of the recorded observations: T + 1, or none.
  public var frames: [RGBImage] { observations.map(\.image) }
}
