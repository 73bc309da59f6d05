import Tabletop
import Testing

@Suite struct SuiteTests {
  @Test(
    "A seed fixes the initial state; another seed gives another", arguments: Tabletop.Suite.allCases
  )
  func determinism(suite: Tabletop.Suite) {
    let first = suite.initialState(seed: 42)
    let again = suite.initialState(seed: 42)
    #expect(first == again)
    #expect(first.scene != suite.initialState(seed: 43).scene)
  }

  @Test(
    "Every instruction uses only words of the vocabulary, at most 14",
    arguments: Tabletop.Suite.allCases)
  func grammar(suite: Tabletop.Suite) {
    let known = Set(TabletopTask.words)
    #expect(known.count == TabletopTask.words.count && known.count <= 24)
    for seed in Tabletop.Suite.heldOutSeeds(300) {
      let start = suite.initialState(seed: seed)
      let words = start.task.instruction.split(separator: " ").map(String.init)
      #expect(words.count <= TabletopTask.maximumWords)
      #expect(known.isSuperset(of: words))
    }
  }

  @Test("Instructions read as English")
  func sentences() {
    let scene = Scene(
      objects: [
        TabletopObject(.red, .cup, x: 0.2, y: 0.5), TabletopObject(.red, .cup, x: 0.8, y: 0.6),
        TabletopObject(.green, .bowl, x: 0.5, y: 0.1),
      ], gripper: Gripper(x: 0.5, y: 0.5, z: 0.7))
    #expect(TabletopTask.bare(2, in: scene).instruction == "the green bowl")
    #expect(TabletopTask.pick(0, in: scene).instruction == "pick up the left red cup")
    #expect(
      TabletopTask.put(1, into: 2, in: scene).instruction
        == "put the right red cup in the green bowl")
    let long = Tabletop.Suite.long.initialState(seed: 0).task
    #expect(
      [
        "put the blue ball in the green bowl then pick up the red block",
        "put the red block in the green bowl then pick up the blue ball",
      ].contains(long.instruction))
  }

  @Test("Objects stand apart and on the table; the gripper starts above them, open")
  func layouts() {
    for suite in Tabletop.Suite.allCases {
      for seed in 0..<200 as Range<UInt64> {
        let scene = suite.initialState(seed: seed).scene
        #expect(scene.objects.count == 3 && scene.held == nil)
        for (index, object) in scene.objects.enumerated() {
          #expect((0.08...0.92).contains(object.x) && (0.08...0.92).contains(object.y))
          for other in scene.objects[(index + 1)...] {
            #expect(object.distance(x: other.x, y: other.y) > 0.28)
            if suite == .goal { #expect(abs(object.y - other.y) > 0.16) }
          }
          if suite == .goal && object.shape != .bowl {
            #expect((0.3...0.7).contains(object.x))
          }
        }
        #expect((0.6...0.9).contains(scene.gripper.z) && !scene.gripper.isClosed)
        #expect((scene.obstacle != nil) == (suite == .obstacle))
      }
    }
  }

  @Test("Each suite has its objects: all different, one pair alike, or always the same three")
  func casts() {
    for seed in 0..<200 as Range<UInt64> {
      func kinds(_ suite: Tabletop.Suite) -> [String] {
        let scene = suite.initialState(seed: seed).scene
        return scene.objects.map { "\($0.color) \($0.shape)" }
      }
      for suite in [Tabletop.Suite.object, .obstacle, .belt] {
        #expect(Set(kinds(suite)).count == 3)
      }
      #expect(kinds(.spatial)[0] == kinds(.spatial)[1] && Set(kinds(.spatial)).count == 2)
      #expect(kinds(.goal) == ["red block", "blue ball", "green bowl"])
      #expect(kinds(.long) == kinds(.goal))
    }
  }

  @Test("The relation in an instruction is true of the two objects that look alike")
  func relations() {
    for seed in 0..<200 as Range<UInt64> {
      let start = Tabletop.Suite.spatial.initialState(seed: seed)
      let (objects, first) = (start.scene.objects, start.task.firstObject)
      let (named, twin) = (objects[first], objects[1 - first])
      switch start.scene.relation(of: first) {
      case .left: #expect(named.x < twin.x - 0.19)
      case .right: #expect(named.x > twin.x + 0.19)
      case .far: #expect(named.y < twin.y - 0.19)
      case .near: #expect(named.y > twin.y + 0.19)
      case nil: Issue.record("no relation")
      }
    }
  }

  @Test("All eight tasks of the suite `goal` occur about equally often")
  func goals() {
    var counts: [String: Int] = [:]
    for seed in 0..<800 as Range<UInt64> {
      counts[Tabletop.Suite.goal.initialState(seed: seed).task.instruction, default: 0] += 1
    }
    #expect(counts.count == 8)
    #expect(counts.values.allSatisfy { (60...140).contains($0) })
  }
}
