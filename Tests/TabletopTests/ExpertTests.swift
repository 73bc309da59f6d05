import Tabletop
import Tensors
import Testing

@Suite struct ExpertTests {
  @Test(
    "Without noise the expert solves every layout of every suite",
    arguments: Tabletop.Suite.allCases)
  func solvesEverything(suite: Tabletop.Suite) {
    let failed = (0..<500).filter { play(suite, seed: $0, noise: 0).outcome != .success }
    #expect(failed == [])
  }

  @Test(
    "With noise 0.05 the expert solves at least 95 % of the layouts",
    arguments: Tabletop.Suite.allCases)
  func toleratesNoise(suite: Tabletop.Suite) {
    let heldOut = Tabletop.Suite.heldOutSeeds(300)
    let solved = heldOut.filter { play(suite, seed: $0, noise: 0.05).outcome == .success }
    #expect(solved.count >= 285)
  }

  @Test("The expert picks in about 7 steps and solves two-step tasks in about 17")
  func isQuick() {
    let picks = (0..<200).map { Float(play(.object, seed: $0, noise: 0).stepCount) }
    let long = (0..<200).map { Float(play(.long, seed: $0, noise: 0).stepCount) }
    #expect((6...8).contains(picks.reduce(0, +) / 200))
    #expect((15...18).contains(long.reduce(0, +) / 200))
  }

  @Test("The expert's actions are within one step, with zero rotation")
  func staysInBounds() {
    for suite in Tabletop.Suite.allCases {
      let start = suite.initialState(seed: 5)
      let action = Expert.action(in: start.scene, toward: start.task.goals[0])
      #expect(action.count == 7)
      #expect(abs(action[0]) <= 0.2 && abs(action[1]) <= 0.2 && abs(action[2]) <= 0.3)
      #expect(action[3...5].allSatisfy { $0 == 0 })
      #expect(abs(action[6]) == 1)
    }
  }

  @Test("The expert releases the wrong object, and rises before it closes to push")
  func recovers() {
    let objects = [
      TabletopObject(.red, .block, x: 0.5, y: 0.5), TabletopObject(.blue, .ball, x: 0.2, y: 0.2),
    ]
    let holding = Scene(
      objects: objects, gripper: Gripper(x: 0.2, y: 0.2, z: 0.4, isClosed: true), held: 1)
    #expect(Expert.action(in: holding, toward: .lift(0))[6] == -1)
    let beside = Scene(objects: objects, gripper: Gripper(x: 0.5, y: 0.5, z: 0.1))
    let action = Expert.action(in: beside, toward: .push(0, direction: 1))
    #expect(action[6] == -1 && action[2] > 0)
  }

  @Test("The expert solves the other task of a scene, which does not solve the original one")
  func otherTask() {
    for seed in 0..<60 as Range<UInt64> {
      for suite in Tabletop.Suite.allCases {
        let start = suite.initialState(seed: seed)
        let other = suite.otherTask(than: start.task, in: start.scene)
        #expect(other.instruction != start.task.instruction)
        #expect(other.firstObject != start.task.firstObject)
        #expect(other.intent == start.task.intent)
        var asked = TabletopWorld(
          .init(scene: start.scene, task: other, horizon: suite.horizon))
        var judged = TabletopWorld(start)
        while asked.outcome == .running {
          let action = Expert.action(for: asked)
          asked.step(action)
          judged.step(action)
        }
        #expect(asked.outcome == .success)
        #expect(judged.outcome != .success)
        if [.object, .spatial, .obstacle].contains(suite) {
          #expect(judged.outcome == .failure)
          #expect(judged.liftedObject == other.firstObject)
        }
      }
    }
  }

  private func play(_ suite: Tabletop.Suite, seed: UInt64, noise: Float) -> TabletopWorld {
    let start = suite.initialState(seed: seed)
    var world = TabletopWorld(start)
    var random = SeededRandom(seed: seed + 77)
    while world.outcome == .running {
      var action = Expert.action(for: world)
      action[0] += noise * 0.2 * random.normal()
      action[1] += noise * 0.2 * random.normal()
      action[2] += noise * 0.3 * random.normal()
      world.step(action)
    }
    return world
  }
}
