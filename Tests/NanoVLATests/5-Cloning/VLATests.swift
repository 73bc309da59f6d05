import Images
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

@Suite struct VLATests {
  private let start = Suite.object.initialState(seed: Suite.firstHeldOutSeed)
  private var image: RGBImage { Renderer().render(start.scene) }
  private var proprioception: [Float] { start.scene.proprioception }

  /// Untrained, but with scores far apart: what it answers is a function of all that it is told.
  private func policy(usesProprioception: Bool = true) throws -> VLA {
    var random = SeededRandom(seed: 2)
    let policy = try VLA(
      backbone: try .bundled(), statistics: try .bundled(),
      usesProprioception: usesProprioception, using: &random)
    let output = try #require(policy.head as? TokenHead).output
    output.weight.values = output.weight.values.map { $0 * 100 }
    return policy
  }

  private func problem(
    image: RGBImage? = nil, instruction: String = "pick up the red block",
    proprioception: [Float]? = [0.5, 0.5, 0.8, 0], usesProprioception: Bool = true
  ) throws -> String {
    let policy = try policy(usesProprioception: usesProprioception)
    var text = "no error"
    do {
      _ = try policy.predictAction(
        image ?? self.image, instruction: instruction, proprioception: proprioception)
    } catch { text = "\(error)" }
    #expect(!text.contains("\n"))
    return text
  }

  @Test("an action has seven numbers within the demonstrations' range")
  func range() throws {
    let policy = try policy()
    let statistics = policy.statistics.action
    for seed in Suite.heldOutSeeds(20) {
      let world = TabletopWorld(Suite.object.initialState(seed: seed))
      let action = try policy.predictAction(
        Renderer().render(world.scene), instruction: world.instruction,
        proprioception: world.proprioception)
      #expect(action.count == 7)
      for a in 0..<6 {
        let range = statistics.q01[a] - 1e-5...statistics.q99[a] + 1e-5
        #expect(range.contains(action.values[a]))
      }
      #expect(abs(action.gripper) <= 1)
    }
  }

  @Test("another image, instruction or proprioception gives another action")
  func depends() throws {
    let policy = try policy()
    func action(_ image: RGBImage, _ task: TabletopTask, _ proprioception: [Float]) throws
      -> RobotAction
    {
      try policy.predictAction(image, instruction: task.instruction, proprioception: proprioception)
    }
    let here = try action(image, start.task, proprioception)
    let elsewhere = Suite.object.initialState(seed: Suite.firstHeldOutSeed + 1).scene
    let other = Suite.object.otherTask(than: start.task, in: start.scene)
    #expect(try action(image, start.task, proprioception) == here)
    #expect(try action(Renderer().render(elsewhere), start.task, proprioception) != here)
    #expect(try action(image, other, proprioception) != here)
    #expect(try action(image, start.task, [0.1, 0.9, 0.2, 1]) != here)
  }

  @Test("an image of another size is refused with both sizes")
  func imageSize() throws {
    let large = RGBImage(width: 128, height: 96)
    let text = try problem(image: large)
    #expect(text.contains("128×96") && text.contains("64×64"))
  }

  @Test("an instruction that is empty, too long or strange is refused")
  func instructions() throws {
    #expect(try problem(instruction: "").contains("empty"))
    #expect(try problem(instruction: " . ").contains("empty"))
    let long = Array(repeating: "red", count: 15).joined(separator: " ")
    let tooLong = try problem(instruction: long)
    #expect(tooLong.contains("15 words") && tooLong.contains("14"))
    let unknown = try problem(instruction: "pick up the rad block")
    #expect(unknown.contains("\"rad\"") && unknown.contains("red"))
  }

  @Test("proprioception that is missing, of another length or not finite is refused")
  func badProprioception() throws {
    #expect(try problem(proprioception: nil).contains("pass proprioception"))
    let short = try problem(proprioception: [0, 0, 0])
    #expect(short.contains("3 dimensions") && short.contains("4"))
    #expect(try problem(proprioception: [0, .nan, 0, 0]).contains("dimension 1 is nan"))
    #expect(try problem(proprioception: [0, 0, .infinity, 0]).contains("dimension 2 is inf"))
  }

  @Test("a policy without proprioception needs no proprioception and ignores it")
  func unfeeling() throws {
    let policy = try policy(usesProprioception: false)
    let instruction = start.task.instruction
    let action = try policy.predictAction(image, instruction: instruction)
    let told = try policy.predictAction(
      image, instruction: instruction, proprioception: [0.1, 0.9, 0.2, 1])
    #expect(action == told)
    #expect(try problem(proprioception: nil, usesProprioception: false) == "no error")
  }

  @Test("statistics of another robot are refused with both counts")
  func otherStatistics() throws {
    let backbone = try ToyVLM.bundled()
    let statistics = try ActionStatistics.bundled()
    #expect(throws: ActionError.wrongDimensions("statistics", expected: 12, found: 7)) {
      var random = SeededRandom(seed: 0)
      _ = try VLA(
        backbone: backbone, space: ActionSpace(dimensions: 12), statistics: statistics,
        using: &random)
    }
  }

  @Test("statistics that normalize the gripper too are refused: it would never fully close")
  func otherMask() throws {
    let bundled = try ActionStatistics.bundled()
    let statistics = try ActionStatistics(
      action: bundled.action, mask: Array(repeating: true, count: 7), transitions: 1,
      trajectories: 1)
    let error = #expect(throws: ActionError.self) {
      var random = SeededRandom(seed: 0)
      _ = try VLA(backbone: .bundled(), statistics: statistics, using: &random)
    }
    let text = "\(error!)"
    #expect(text.contains("normalized dimensions") && !text.contains("\n"))
  }
}
