import Foundation
import Images
import NanoVLA
import Tabletop
import Tensors

/// The tabletop of a page, in which a person sets the scene and the instruction.
///
/// The world judges the task that the instruction names, if the scene has such a task. Any other
/// instruction is free: the policy acts on it, and the person judges.
struct PlayWorld {
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
  var isRunning: Bool { world.outcome == .running }

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

  /// Executes an action; returns whether that ended the episode.
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

  /// Every task of the grammar in `scene`.
  static func tasks(in scene: Scene) -> [TabletopTask] {
    let objects = Array(scene.objects.indices)
    let bowls = objects.filter { scene.objects[$0].shape == .bowl }
    let things = objects.filter { scene.objects[$0].shape != .bowl }
    var tasks = objects.map { TabletopTask.pick($0, in: scene) }
    for object in objects {
      tasks += [.push(object, .left, in: scene), .push(object, .right, in: scene)]
    }
    for bowl in bowls {
      for object in things {
        tasks.append(.put(object, into: bowl, in: scene))
        tasks += things.filter { $0 != object }
          .map { .put(object, into: bowl, thenPick: $0, in: scene) }
      }
    }
    return tasks
  }

  /// As the toy VLM's tokenizer reads it: lower case, without punctuation at the ends of words.
  static func normalized(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace)
      .map { $0.trimmingCharacters(in: .punctuationCharacters) }.joined(separator: " ")
  }

  /// What the policy perceives: with the camera covered, one color; with noise, each byte changed by
  /// up to `noise` of its range.
  func observation(isBlank: Bool, noise: Float, using random: inout SeededRandom) -> Observation {
    if isBlank {
      let blank = RGBImage(width: renderer.size, height: renderer.size, color: Palette.table)
      return Observation(blank, proprioception: scene.proprioception)
    }
    let image = renderer.render(scene)
    guard noise > 0 else { return Observation(image, proprioception: scene.proprioception) }
    let pixels = image.pixels.map { byte in
      UInt8(min(max(Float(byte) + 255 * noise * random.normal(), 0), 255))
    }
    return Observation(
      RGBImage(width: image.width, height: image.height, pixels: pixels),
      proprioception: scene.proprioception)
  }

  /// The scene as a person sees it.
  var picture: RGBImage { renderer.render(scene) }

  /// Where the image shows a point, as fractions of its side.
  func imagePoint(x: Float, y: Float, z: Float) -> [Float] {
    let (u, v) = Camera.tabletop.imagePoint(x: x, y: y, z: z)
    return [u, v]
  }
}
