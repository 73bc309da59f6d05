import Files
import Foundation
import Images
import NanoVLA
import Runs
import Tensors
import TestSupport
import Testing

@testable import Simulators

@Suite struct RobotCloningTests {
  /// Episodes of 16×16 pixels: a dot, and a robot that moves to the right or to the left as it is told,
  /// as far as the dot is high.
  static func dataset(_ count: Int = 8, positions: Bool = true) -> RobotDataset {
    let episodes = (0..<count).map { index -> RobotEpisode in
      let (height, isRight) = (1 + 2 * (index / 2 % 6), index % 2 == 0)
      var frame = RGBImage(width: 16, height: 16, color: .init(40, 40, 40))
      frame.fill(x: 7, y: height, width: 3, height: 3, .init(250, 30, 30))
      let size = Float(height) / 16
      return RobotEpisode(
        task: "dot:\(isRight)", instruction: isRight ? "move right" : "move left",
        frames: [frame, frame], actions: Array(repeating: [isRight ? size : -size, 1], count: 2),
        state: [[0, 1], [0.1, 1]],
        positions: positions ? Array(repeating: [Float(height)], count: 2) : [])
    }
    let space = ActionSpace(
      [
        .init("dx", unit: "m", bounds: -1...1), .init("gripper", unit: "+1 closes", bounds: -1...1),
      ], gripperConvention: .positiveClosed)
    return RobotDataset(name: "dots", space: space, episodes: episodes)
  }

  static func recipe(steps: Int = 60) -> RobotRecipe {
    var recipe = RobotRecipe()
    (recipe.width, recipe.depth, recipe.queries, recipe.channels) = (16, 1, 2, 8)
    (recipe.chunk, recipe.steps, recipe.batchSize, recipe.learningRate) = (2, steps, 16, 3e-3)
    recipe.head = ActionHeadKind(PartDescription(TokenHead.self, .init(bins: 16, hidden: 32)))
    return recipe
  }

  @Test("The first loss is ln(bins) and the error of unpredicted positions; training lowers it")
  func learns() throws {
    let cloning = try Self.recipe(steps: 300).cloning(on: Self.dataset())
    let first = cloning.step()
    // A number of unit spread that is not yet predicted is off by .8 in the mean.
    #expect(abs(first - log(16) - 0.8 * cloning.recipe.positionWeight) < 0.7)
    while !cloning.isDone { cloning.step() }
    #expect(cloning.losses.suffix(5).reduce(0, +) / 5 < 0.5 * first)

    // The same image and another text: the robot moves the other way.
    let image = Self.dataset().episodes[4].frames[0]
    func dx(_ text: String) throws -> Float {
      try cloning.policy.predictAction(image, instruction: text, proprioception: [0, 1]).values[0]
    }
    let (right, left) = (try dx("move right"), try dx("move left"))
    #expect(right > 0.1 && left < -0.1, "\(right), \(left)")
  }

  @Test("Every part learns: the stem, the text, the queries and the head")
  func everyPartLearns() throws {
    let cloning = try Self.recipe().cloning(on: Self.dataset())
    let before = cloning.policy.parameters.map(\.values)
    for _ in 0..<3 { cloning.step() }
    for (named, values) in zip(cloning.policy.namedParameters, before) {
      #expect(named.parameter.values != values, "\(named.name)")
    }
  }

  @Test("A run that is resumed ends with bit-identical weights")
  func resumes() throws {
    let whole = try Self.recipe(steps: 12).cloning(on: Self.dataset())
    let resumed = try withTemporaryFolder { folder in
      let file = folder.appending(path: "checkpoint.safetensors")
      while !whole.isDone {
        if whole.stepsDone == 5 { try whole.writeCheckpoint(to: file) }
        whole.step()
      }
      let resumed = try RobotCloning.recipe(in: file).cloning(on: Self.dataset())
      try resumed.restore(from: file)
      return resumed
    }
    #expect(resumed.stepsDone == 5)
    while !resumed.isDone { resumed.step() }
    #expect(resumed.losses == whole.losses)
    #expect(resumed.policy.parameters.map(\.values) == whole.policy.parameters.map(\.values))
  }

  @Test("A checkpoint of another dataset or recipe is refused, and nothing changes")
  func refusesOthers() throws {
    let run = try Self.recipe().cloning(on: Self.dataset())
    run.step()
    var other = Self.recipe()
    other.seed = 7
    let others = [
      try Self.recipe().cloning(on: Self.dataset(6)), try other.cloning(on: Self.dataset()),
    ]
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "checkpoint.safetensors")
      try run.writeCheckpoint(to: file)
      for run in others {
        let before = run.policy.parameters.map(\.values)
        #expect(throws: CheckpointError.self) { try run.restore(from: file) }
        #expect(run.stepsDone == 0 && run.policy.parameters.map(\.values) == before)
      }
    }
  }

  @Test("A policy's folder gives the same actions after reading, with and without positions")
  func savesAndLoads() throws {
    #expect(PointingBackbone.isRegistered)
    for positions in [true, false] {
      var recipe = Self.recipe()
      recipe.positionWeight = positions ? 0.3 : 0
      let dataset = Self.dataset(positions: positions)
      let cloning = try recipe.cloning(on: dataset)
      for _ in 0..<5 { cloning.step() }
      #expect((cloning.backbone.positions != nil) == positions)
      let read = try withTemporaryFolder { folder in
        try cloning.policy.write(to: folder, dataset: dataset.name)
        return try VLA(contentsOf: folder)
      }
      let observation = Observation(dataset.episodes[3].frames[0], proprioception: [0.1, 1])
      let chunks = try [cloning.policy, read].map {
        try $0.predictChunk([observation], instruction: "move left")
      }
      #expect(chunks[0] == chunks[1])
    }
  }

  @Test("A dataset without positions, and settings out of range, are refused by name")
  func refusals() throws {
    let bare = Self.dataset(positions: false)
    #expect(try Self.recipe().cloning(on: bare).backbone.positions == nil)
    var mixed = Self.dataset()
    mixed.episodes[1].positions = []
    #expect(throws: RobotRecipeError.noPositions("dot:false")) {
      try Self.recipe().cloning(on: mixed)
    }
    func error(_ change: (inout RobotRecipe) -> Void) -> String {
      var recipe = Self.recipe()
      change(&recipe)
      do { _ = try recipe.cloning(on: bare) } catch { return "\(error)" }
      return ""
    }
    #expect(error { $0.batchSize = 0 }.contains("batch size is 0"))
    #expect(error { $0.chunk = 65 }.contains("chunk is 65"))
    #expect(error { $0.width = 18 }.contains("width"))
    #expect(error { $0.learningRate = .nan }.contains("learning rate"))
  }
}
