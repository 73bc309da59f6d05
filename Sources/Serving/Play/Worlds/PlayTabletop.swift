import Images
import NanoVLA
import Tabletop
import Tensors

/// The tabletop of a page, in which a person sets the scene and the instruction.
///
/// The world judges the task that the instruction names, if the scene has such a task. Any other
/// instruction is free: the policy acts on it, and the person judges.
struct PlayTabletop: PlayWorld {
  private(set) var suite: Suite
  private(set) var seed: UInt64
  private(set) var instruction: String
  private(set) var world: TabletopWorld
  /// Whether the world judges the instruction.
  private(set) var isJudged = true
  private let renderer = Renderer()

  init(_ suite: Suite, seed: UInt64) {
    (self.suite, self.seed) = (suite, seed)
    world = TabletopWorld(suite.initialState(seed: seed))
    instruction = world.instruction
  }

  var scene: Scene { world.scene }
  var space: ActionSpace { .tabletop }
  var horizon: Int { world.horizon }
  var isRunning: Bool { world.outcome == .running }
  var isSuccess: Bool { isJudged && world.outcome == .success }
  var outcome: String { world.outcome.rawValue }
  var instructions: [String] { Self.tasks(in: scene).map(\.instruction) }

  var layout: PlayState.Layout {
    .init(
      environment: nil, kind: "suite", names: Self.suites.map(\.rawValue), name: suite.rawValue,
      seed: seed, judged: nil)
  }

  /// The suites whose tasks a person can name.
  private static let suites: [Suite] = [.object, .spatial, .goal, .long]

  /// Gives the robot an instruction; the episode begins anew in the present scene.
  mutating func tell(_ text: String) {
    instruction = text
    restart(in: scene)
  }

  /// Moves an object to a place on the table; the episode begins anew with it there.
  mutating func move(_ object: Int, x: Float, y: Float) {
    var scene = scene
    guard scene.objects.indices.contains(object), x.isFinite, y.isFinite else { return }
    if scene.held == object { scene.held = nil }
    scene.objects[object].x = min(max(x, 0), 1)
    scene.objects[object].y = min(max(y, 0), 1)
    scene.objects[object].z = 0
    restart(in: scene)
  }

  mutating func restart(for policy: VLA) { tell(instruction) }
  mutating func goBack(after actions: [RobotAction]) {}
  mutating func settle() {}

  mutating func step(_ action: RobotAction) -> Bool {
    guard isRunning else { return false }
    world.step(action.values)
    return !isRunning
  }

  private mutating func restart(in scene: Scene) {
    let task = Self.tasks(in: scene).first { $0.instruction == Self.normalized(instruction) }
    isJudged = task != nil
    world = TabletopWorld(
      .init(
        scene: scene, task: task ?? .bare(0, in: scene), horizon: suite.horizon))
  }

  var picture: RGBImage { renderer.render(scene) }
  var blank: RGBImage {
    RGBImage(width: renderer.size, height: renderer.size, color: Palette.table)
  }
  var proprioception: [Float]? { scene.proprioception }

  var objects: [PlayState.Object] {
    scene.objects.map {
      .init(
        name: "\($0.color.rawValue) \($0.shape.rawValue)",
        at: imagePoint(x: $0.x, y: $0.y, z: $0.z))
    }
  }

  func path(of actions: [RobotAction]) -> [[Float]] {
    var (x, y, z) = (scene.gripper.x, scene.gripper.y, scene.gripper.z)
    var points = [imagePoint(x: x, y: y, z: z)]
    for action in actions {
      (x, y, z) = (x + action.values[0], y + action.values[1], z + action.values[2])
      points.append(imagePoint(x: x, y: y, z: z))
    }
    return points
  }

  /// Where the image shows a point, as fractions of its side.
  private func imagePoint(x: Float, y: Float, z: Float) -> [Float] {
    let (u, v) = Camera.tabletop.imagePoint(x: x, y: y, z: z)
    return [u, v]
  }
}
