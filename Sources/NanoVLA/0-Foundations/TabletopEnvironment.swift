import Images
import Tabletop
import Tensors

/// The toy world as an ``Environment``: one suite of tasks, its images, and two controls.
///
/// A policy that succeeds may still ignore its camera or its instruction. The controls show it: with a
/// blank image success must be low; told another task of the same scene, the policy must do that one.
public struct TabletopEnvironment: ExpertEnvironment {
  /// What is changed to measure whether the policy uses an input.
  public enum Control: Sendable {
    /// Nothing.
    case none
    /// Every image has one flat color.
    case blankImage
    /// The instruction names another task of the same scene. The episode goes on until that task
    /// succeeded, or it and the original one have both ended.
    case otherInstruction
  }

  /// The family of tasks.
  public let suite: Suite
  /// What is changed.
  public let control: Control
  private let renderer: Renderer
  /// The world judged by the instruction that the policy is given.
  private(set) var world: TabletopWorld
  /// The same actions, judged by the task that the scene was made for.
  private var original: TabletopWorld
  /// Index of the object that was held last.
  private var grasped: Int?
  /// Which way the expert goes around an obstacle: independent of everything observable.
  private var side = Side.left

  /// The tasks of `suite`, with images of `imageSize` × `imageSize` pixels.
  public init(_ suite: Suite = .object, imageSize: Int = 64, control: Control = .none) {
    (self.suite, self.control) = (suite, control)
    renderer = Renderer(size: imageSize)
    original = TabletopWorld(suite.initialState(seed: Suite.firstHeldOutSeed))
    world = original
  }

  public var space: ActionSpace { .tabletop }
  public var instruction: String { world.instruction }
  public var achievedOriginalTask: Bool { original.outcome == .success }

  public func copy() -> TabletopEnvironment { self }

  public mutating func reset(to seed: UInt64) {
    var initial = suite.initialState(seed: seed)
    original = TabletopWorld(initial)
    if control == .otherInstruction {
      initial.task = suite.otherTask(than: initial.task, in: initial.scene)
    }
    world = TabletopWorld(initial)
    grasped = nil
    var coin = SeededRandom(seed: seed ^ 0x51DE)
    side = Side.allCases[coin.integer(below: Side.allCases.count)]
  }

  /// The two worlds are alike until one of them ends and stands still.
  private var scene: Scene { world.outcome == .running ? world.scene : original.scene }

  public func observation() -> Observation {
    let image =
      control == .blankImage
      ? RGBImage(width: renderer.size, height: renderer.size, color: Palette.table)
      : renderer.render(scene)
    return Observation(image, proprioception: scene.proprioception)
  }

  public mutating func step(_ action: RobotAction) -> Ending? {
    world.step(action.values)
    original.step(action.values)
    grasped = world.scene.held ?? grasped
    // Lifting a wrong object ends the task that was named, but may begin the original one.
    let isOriginalOpen = world.outcome != .success && original.outcome == .running
    return isOriginalOpen ? nil : Ending(of: world, grasped: grasped)
  }

  public func expertAction() -> RobotAction { RobotAction(Expert.action(for: world, side: side)) }

  public func heldOutSeeds(_ count: Int) -> [UInt64] { Array(Suite.heldOutSeeds(count)) }

  public func practiceSeed(using random: inout SeededRandom) -> UInt64 {
    Suite.practiceSeed(using: &random)
  }
}

extension Ending {
  /// Another object was lifted: the policy misread the image or the instruction.
  public static let otherLifted = failure("lifted another object")
  /// The robot touched the obstacle, which ends the episode.
  public static let hitObstacle = failure("ran into the post")
  /// Nothing was grasped: the policy missed, or hesitated.
  public static let nothingGrasped = failure("time ran out, nothing grasped")
  /// The gripper closed on the wrong object and did not lift it.
  public static let otherGrasped = failure("time ran out, last grasped another object")
  /// The grasp succeeded, the rest did not: the policy left the states of the demonstrations.
  public static let notFinished = failure("time ran out, grasped but not finished")
  /// The object did not move as far as the task asks for.
  public static let notPushed = failure("time ran out, not pushed far enough")
  /// The first of two goals is achieved, the second is not.
  public static let secondStep = failure("time ran out in the second of two steps")

  /// How the episode of `world` ended; nil while it is running.
  /// - Parameter grasped: index of the object that the gripper held last, if any.
  public init?(of world: TabletopWorld, grasped: Int?) {
    switch world.outcome {
    case .running: return nil
    case .success: self = .success
    case .failure:
      let isInTheWay = world.scene.obstacle != nil && world.liftedObject == nil
      self = isInTheWay ? .hitObstacle : .otherLifted
    case .timeout:
      if world.achievedGoals > 0 {
        self = .secondStep
      } else if case .push = world.currentGoal {
        self = .notPushed
      } else if let grasped {
        self = grasped == world.currentGoal?.object ? .notFinished : .otherGrasped
      } else {
        self = .nothingGrasped
      }
    }
  }
}
