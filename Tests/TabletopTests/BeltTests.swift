import Tabletop
import Testing

@Suite struct BeltTests {
  private func scene(gripper: Gripper, held: Int? = nil) -> Scene {
    var scene = Scene(
      objects: [
        TabletopObject(.red, .cup, x: 0.3, y: 0.2), TabletopObject(.blue, .ball, x: 0.94, y: 0.8),
        TabletopObject(.green, .block, x: 0.5, y: 0.6),
      ], gripper: gripper, held: held)
    scene.belt = 0.02
    return scene
  }

  private func world(_ scene: Scene) -> TabletopWorld {
    TabletopWorld(.init(scene: scene, task: .pick(0, in: scene), horizon: 50))
  }

  @Test("The belt carries each object one step to the right in each step, as far as its end")
  func carries() {
    var world = world(scene(gripper: Gripper(x: 0.1, y: 0.9, z: 0.8)))
    for step in 1...40 {
      world.step([0, 0, 0, 0, 0, 0, -1])
      let x = world.scene.objects.map(\.x)
      for (found, start) in zip(x, [0.3, 0.94, 0.5] as [Float]) {
        #expect(abs(found - min(start + 0.02 * Float(step), 0.95)) < 1e-5)
      }
      #expect(world.scene.objects.map(\.y) == [0.2, 0.8, 0.6])
    }
    #expect(world.scene.gripper == Gripper(x: 0.1, y: 0.9, z: 0.8))
  }

  @Test("A held object stays in the gripper; dropped, it lies on the belt again")
  func holds() {
    var world = world(
      scene(gripper: Gripper(x: 0.3, y: 0.2, z: 0.3, isClosed: true), held: 0))
    for _ in 0..<5 { world.step([0, 0, 0, 0, 0, 0, 1]) }
    #expect(world.scene.objects[0].x == 0.3)
    world.step([0, 0, 0, 0, 0, 0, -1])
    #expect(abs(world.scene.objects[0].x - 0.32) < 1e-6)
  }

  @Test("Only the suite `belt` has one; a table's objects stay where they are")
  func suites() {
    for suite in Tabletop.Suite.allCases {
      let start = suite.initialState(seed: 3)
      #expect((start.scene.belt > 0) == (suite == .belt))
      var world = TabletopWorld(start)
      for _ in 0..<5 { world.step([0, 0, 0, 0, 0, 0, -1]) }
      #expect((world.scene.objects == start.scene.objects) == (suite != .belt))
    }
  }

  @Test("In ten steps no object of the suite reaches the end of the belt")
  func room() {
    for seed in 0..<300 as Range<UInt64> {
      let objects = Tabletop.Suite.belt.initialState(seed: seed).scene.objects
      #expect(objects.allSatisfy { $0.x + 10 * Rules.beltSpeed < Rules.beltEnd })
    }
  }
}
