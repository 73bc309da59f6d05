import Images
import Tabletop
import Tensors

/// The toy world as an ``Environment``: one suite of tasks, its images, and two controls.
///
/// A policy that succeeds may still ignore its camera or its instruction. The controls show it:
/// with a blank image success must be low; told another task of the scene, it must do that one.
public struct TabletopEnvironment: ExpertEnvironment {
  /// What is changed to measure whether the policy uses an input.
  public enum Control: Sendable {
    case none
    /// Every image has one flat color.
    case blankImage
    /// The instruction names another task of the same scene. The episode goes on until that task
    /// succeeded, or it and the original one have both ended.
    case otherInstruction
  }

  public let suite: Suite, control: Control
  private let renderer: Renderer
  /// The world judged by the instruction that the policy is given, and by the scene's own task.
  private var world, original: TabletopWorld
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

  public func observation() -> Observation {
    // The two worlds are alike until one of them ends and stands still.
    let scene = world.outcome == .running ? world.scene : original.scene
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
    if world.outcome == .success { return .success }
    // Lifting a wrong object ends the task that was named, but may begin the original one.
    if original.outcome == .running { return nil }
    return world.failure(grasped: grasped).map { .failure($0.rawValue) }
  }

  public func expertAction() -> RobotAction { RobotAction(Expert.action(for: world, side: side)) }
  public func heldOutSeeds(_ count: Int) -> [UInt64] { Array(Suite.heldOutSeeds(count)) }

  public func practiceSeed(using random: inout SeededRandom) -> UInt64 {
    Suite.practiceSeed(using: &random)
  }
}
