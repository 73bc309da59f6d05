import NanoVLA
import Runs
import Tabletop
import Testing

@Suite struct ObstacleTests {
  let suite = Tabletop.Suite.obstacle

  private func world(x: Float, y: Float, z: Float = 0.7) -> TabletopWorld {
    let scene = Scene(
      objects: [TabletopObject(.red, .cup, x: 0.5, y: 0.05)],
      gripper: Gripper(x: x, y: y, z: z), obstacle: Obstacle(x: 0.5, y: 0.5))
    return TabletopWorld(.init(scene: scene, task: .pick(0, in: scene), horizon: 24))
  }

  private func move(_ dx: Float, _ dy: Float) -> [Float] { [dx, dy, 0, 0, 0, 0, -1] }

  @Test(
    "Running into the post from any side, at any height, is failure, and the gripper stops there")
  func collision() {
    for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] as [(Float, Float)] {
      for z: Float in [0, 0.5, 1] {
        var world = world(x: 0.5 - 0.2 * dx, y: 0.5 - 0.2 * dy, z: z)
        #expect(world.step(move(0.2 * dx, 0.2 * dy)) == .failure)
        // Quarters of 0.05 lead from 0.20 to 0.15, then to 0.10, the first place within 0.12.
        let gripper = world.scene.gripper
        #expect(abs(world.scene.obstacle!.distance(x: gripper.x, y: gripper.y) - 0.1) < 1e-5)
        #expect(world.stepCount == 1)
        let end = world.scene
        #expect(world.step(move(0.1, 0.1)) == .failure)
        #expect(world.scene == end)
      }
    }
  }

  @Test("A step that would end behind the post does not pass through it")
  func jumping() {
    // Along the diagonal, from 0.127 before the center to 0.156 behind it.
    var world = world(x: 0.41, y: 0.59)
    #expect(world.step(move(0.2, -0.2)) == .failure)
  }

  @Test("Motion beside the post, or without a post, is not stopped")
  func freeWay() {
    for x: Float in [0.37, 0.63] {
      var beside = world(x: x, y: 0.8)
      let outcomes = (0..<3).map { _ in beside.step(move(0, -0.2)) }
      #expect(outcomes == [.running, .running, .running])
    }
    var touching = world(x: 0.39, y: 0.8)
    #expect((0..<3).map { _ in touching.step(move(0, -0.2)) }.contains(.failure))

    let scene = Scene(
      objects: [TabletopObject(.red, .cup, x: 0.5, y: 0.05)],
      gripper: Gripper(x: 0.5, y: 0.8, z: 0.7))
    var open = TabletopWorld(.init(scene: scene, task: .pick(0, in: scene), horizon: 24))
    #expect((0..<3).map { _ in open.step(move(0, -0.2)) } == [.running, .running, .running])
  }

  @Test(
    "The straight way is blocked in every layout, and both ways around the post are equally long")
  func layouts() {
    for seed in 0..<500 as Range<UInt64> {
      let start = suite.initialState(seed: seed)
      let scene = start.scene
      let target = scene.objects[start.task.firstObject]
      var world = TabletopWorld(start)
      var steps = 0
      while world.outcome == .running && steps < suite.horizon {
        let gripper = world.scene.gripper
        world.step(move(target.x - gripper.x, target.y - gripper.y))
        steps += 1
      }
      #expect(world.outcome == .failure)
      let post = scene.obstacle!
      #expect(abs(scene.gripper.x - post.x) <= 0.031 && abs(target.x - post.x) <= 0.031)
    }
  }

  @Test("Both ways succeed from every layout, and their first actions differ in dx only")
  func bothWays() {
    for seed in 0..<500 as Range<UInt64> {
      let first = Side.allCases.map { side in
        let start = suite.initialState(seed: seed)
        var world = TabletopWorld(start)
        let action = Expert.action(for: world, side: side)
        var passed: Set<Bool> = []
        while world.outcome == .running {
          world.step(Expert.action(for: world, side: side))
          let gripper = world.scene.gripper
          if abs(gripper.y - 0.55) < 0.12 { passed.insert(gripper.x < 0.5) }
        }
        #expect(world.outcome == .success)
        #expect(passed == [side == .left])
        return action
      }
      #expect(first[0][0] == -0.2 && first[1][0] == 0.2)
      #expect(first[0][1...] == first[1][1...])
    }
  }

  @Test("Beside the center line the expert stays on its side, whatever the parameter says")
  func keepsItsSide() {
    for (x, sign) in [(0.3, -1), (0.36, -1), (0.7, 1), (0.64, 1)] as [(Float, Float)] {
      let scene = Scene(
        objects: [TabletopObject(.red, .cup, x: 0.5, y: 0.25)],
        gripper: Gripper(x: x, y: 0.85, z: 0.7), obstacle: Obstacle(x: 0.5, y: 0.55))
      let left = Expert.action(in: scene, toward: .lift(0), side: .left)
      #expect(left == Expert.action(in: scene, toward: .lift(0), side: .right))
      #expect(left[1] == -0.2)
      #expect(abs(scene.gripper.x + left[0] - 0.5) > Rules.obstacleRadius)
      #expect(left[0] * sign >= -1e-6)
    }
  }

  @Test("The mean of the two ways' actions leads into the post")
  func meanOfTwo() {
    for seed in 0..<200 as Range<UInt64> {
      let start = suite.initialState(seed: seed)
      var world = TabletopWorld(start)
      var ways = [world, world]
      while world.outcome == .running && world.stepCount < 4 {
        let actions = zip(Side.allCases, ways).map { Expert.action(for: $1, side: $0) }
        for (index, action) in actions.enumerated() { ways[index].step(action) }
        world.step(zip(actions[0], actions[1]).map { ($0 + $1) / 2 })
      }
      #expect(world.outcome == .failure)
    }
  }

  @Test("Demonstrations go left and right about equally often, independent of the initial state")
  func randomSides() throws {
    let demonstrations = try DemonstrationDataset.generate(
      suite: suite, count: 400, noise: 0.05, imageSize: 16
    ).demonstrations
    let isLeft = demonstrations.map { $0.actions[0][0] < 0 }
    #expect((160...240).contains(isLeft.count { $0 }))
    let firsts = Set(demonstrations.map { abs($0.actions[0][0]) })
    #expect(firsts == [0.2])
    // No number of the initial proprioception predicts the side.
    for dimension in 0..<3 {
      let initial = demonstrations.map { $0.proprioception[0][dimension] }
      let median = initial.sorted()[200]
      let agreeing = zip(initial, isLeft).count { ($0 < median) == $1 }
      #expect((150...250).contains(agreeing))
    }
    let again = try #require(
      Demonstration.record(
        suite: suite, seed: demonstrations[7].seed, noise: 0.05, imageSize: 16))
    #expect(again == demonstrations[7])
  }
}
