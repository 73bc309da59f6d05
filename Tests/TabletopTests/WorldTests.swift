import Tabletop
import Testing

@Suite struct WorldTests {
  /// A red block in the middle, a blue ball on its right, a green bowl far left.
  func world(
    x: Float, y: Float = 0.5, z: Float = 0.1, closed: Bool = false, horizon: Int = 24,
    task: (Scene) -> TabletopTask = { .pick(0, in: $0) }
  ) -> TabletopWorld {
    let scene = Scene(
      objects: [
        TabletopObject(.red, .block, x: 0.5, y: 0.5),
        TabletopObject(.blue, .ball, x: 0.85, y: 0.5),
        TabletopObject(.green, .bowl, x: 0.1, y: 0.1),
      ], gripper: Gripper(x: x, y: y, z: z, isClosed: closed))
    return TabletopWorld(.init(scene: scene, task: task(scene), horizon: horizon))
  }

  func action(_ dx: Float = 0, _ dy: Float = 0, _ dz: Float = 0, closed: Bool) -> [Float] {
    [dx, dy, dz, 0, 0, 0, closed ? 1 : -1]
  }

  @Test("A step is clipped to 0.20 along x and y and 0.30 along z, and to the world")
  func clipping() {
    var world = world(x: 0.5)
    world.step(action(5, -5, 5, closed: false))
    #expect(abs(world.scene.gripper.x - 0.7) < 1e-6)
    #expect(abs(world.scene.gripper.y - 0.3) < 1e-6)
    #expect(abs(world.scene.gripper.z - 0.4) < 1e-6)
    for _ in 0..<5 { world.step(action(1, -1, -1, closed: false)) }
    #expect(world.scene.proprioception == [1, 0, 0, 0])
  }

  @Test("Closing grasps within 0.10 and below 0.25, and only when the gripper was open")
  func grasping() {
    var near = world(x: 0.41)
    near.step(action(closed: true))
    #expect(near.scene.held == 0)
    #expect(near.scene.objects[0].x == near.scene.gripper.x)

    var far = world(x: 0.39)
    far.step(action(closed: true))
    #expect(far.scene.held == nil)

    var high = world(x: 0.5, z: 0.26)
    high.step(action(closed: true))
    #expect(high.scene.held == nil)

    var closedBefore = world(x: 0.41, closed: true)
    closedBefore.step(action(closed: true))
    #expect(closedBefore.scene.held == nil)
  }

  @Test("Lifting the named object above 0.5 is success, another one failure")
  func lifting() {
    var right = world(x: 0.5)
    right.step(action(closed: true))
    #expect(right.step(action(0, 0, 0.3, closed: true)) == .running)
    #expect(right.step(action(0, 0, 0.3, closed: true)) == .success)
    #expect(right.liftedObject == 0)
    let end = right.scene
    #expect(right.step(action(0.2, 0, 0, closed: false)) == .success)
    #expect(right.scene == end)

    var wrong = world(x: 0.85)
    wrong.step(action(closed: true))
    wrong.step(action(0, 0, 0.3, closed: true))
    #expect(wrong.step(action(0, 0, 0.3, closed: true)) == .failure)
    #expect(wrong.liftedObject == 1)
  }

  @Test("An episode without success or failure ends at its horizon")
  func timeout() {
    var world = world(x: 0.2, z: 0.8, horizon: 3)
    let outcomes = (0..<4).map { _ in world.step(action(closed: false)) }
    #expect(outcomes == [.running, .running, .timeout, .timeout])
    #expect(world.stepCount == 3)
  }

  @Test("A released object falls to the table; within 0.10 of the bowl's center the put succeeds")
  func putting() {
    var world = world(x: 0.5) { .put(0, into: 2, in: $0) }
    world.step(action(closed: true))
    world.step(action(-0.2, -0.2, 0.2, closed: true))
    #expect(world.scene.objects[0].z == world.scene.gripper.z)
    #expect(world.step(action(closed: false)) == .running)
    #expect(world.scene.objects[0].z == 0)
    #expect(world.scene.bowl(holding: 0) == nil)

    world.step(action(0, 0, -0.2, closed: false))
    world.step(action(closed: true))
    world.step(action(-0.2, -0.16, 0.1, closed: true))
    #expect(world.scene.bowl(holding: 0) == nil)
    #expect(world.step(action(closed: false)) == .success)
    #expect(world.scene.bowl(holding: 0) == 2)
  }

  @Test("The closed gripper pushes an object ahead, not sideways, even with whole steps")
  func pushing() {
    var world = world(x: 0.36, closed: true) { .push(0, .right, in: $0) }
    #expect(world.step(action(0.2, 0, 0, closed: true)) == .running)
    #expect(abs(world.scene.objects[0].x - 0.64) < 1e-5)
    #expect(world.scene.objects[0].y == 0.5)
    #expect(world.step(action(0.02, 0, 0, closed: true)) == .success)
  }

  @Test("Pushing the wrong way does not succeed; a high or open gripper does not push")
  func notPushing() {
    var left = world(x: 0.64, closed: true) { .push(0, .right, in: $0) }
    for _ in 0..<2 { #expect(left.step(action(-0.2, 0, 0, closed: true)) == .running) }
    #expect(left.scene.objects[0].x < 0.3)

    var high = world(x: 0.36, z: 0.3, closed: true) { .push(0, .right, in: $0) }
    high.step(action(0.2, 0, 0, closed: true))
    #expect(high.scene.objects[0].x == 0.5)

    var open = world(x: 0.36) { .push(0, .right, in: $0) }
    open.step(action(0.2, 0, 0, closed: false))
    #expect(open.scene.objects[0].x == 0.5)

    var carried = world(x: 0.5) { .push(0, .right, in: $0) }
    carried.step(action(closed: true))
    #expect(carried.step(action(0.2, 0, 0, closed: true)) == .running)
  }

  @Test("The goals of a two-step task must be achieved in order")
  func longTask() {
    var world = world(x: 0.5) { .put(0, into: 2, thenPick: 1, in: $0) }
    while world.outcome == .running {
      let before = world.achievedGoals
      world.step(Expert.action(for: world))
      #expect(world.achievedGoals >= before)
    }
    #expect(world.outcome == .success)
    #expect(world.scene.bowl(holding: 0) == 2 && world.scene.held == 1)

    var early = self.world(x: 0.85) { .put(0, into: 2, thenPick: 1, in: $0) }
    early.step(action(closed: true))
    early.step(action(0, 0, 0.3, closed: true))
    #expect(early.step(action(0, 0, 0.3, closed: true)) == .failure)
  }
}
