import Files
import Foundation
import Images
import NanoVLA
import Ranks
import Runs
import Simulators
import Tensors
import TestSupport
import Testing

/// The cloning of a robot's episodes on several ranks, against one process on the same batches.
@Suite struct RobotCloningTests {
  /// Episodes of 16×16 pixels in which a robot moves as far as a dot is high. One is short, so that some
  /// chunks have steps that do not count.
  private func dataset(moving scale: Float = 1) -> RobotDataset {
    let episodes = (0..<6).map { index -> RobotEpisode in
      var frame = RGBImage(width: 16, height: 16, color: .init(40, 40, 40))
      frame.fill(x: 7, y: 1 + 2 * index, width: 3, height: 3, .init(250, 30, 30))
      let steps = index == 0 ? 1 : 5
      return RobotEpisode(
        task: "dot", instruction: "follow the dot", frames: Array(repeating: frame, count: steps),
        actions: (0..<steps).map { [scale * Float(index) / 16, $0 % 2 == 0 ? 1 : -1] },
        state: (0..<steps).map { [Float($0) / 10, 1] },
        positions: Array(repeating: [Float(index)], count: steps))
    }
    let space = ActionSpace(
      [
        .init("dx", unit: "m", bounds: -1...1), .init("gripper", unit: "+1 closes", bounds: -1...1),
      ], gripperConvention: .positiveClosed)
    return RobotDataset(name: "dots", space: space, episodes: episodes)
  }

  /// Batches of 20: micro-batches of 8, 8 and 4.
  private let recipe: RobotRecipe = {
    var recipe = RobotRecipe()
    (recipe.width, recipe.depth, recipe.queries, recipe.channels) = (16, 1, 2, 8)
    (recipe.chunk, recipe.steps, recipe.batchSize) = (3, 10, 20)
    return recipe
  }()

  private struct Trained: Equatable {
    let losses: [Float]
    let weights: [[Float]]
    init(_ cloning: RobotCloning) {
      (losses, weights) = (cloning.losses, cloning.policy.parameters.map(\.values))
    }
  }

  private func trained(_ ranks: Int, steps: Int = 10) throws -> [Trained] {
    try ThreadRanks.run(ranks) { ranks in
      let cloning = try recipe.cloning(on: dataset())
      try cloning.check(among: ranks)
      while cloning.stepsDone < steps { cloning.step(among: ranks) }
      try cloning.checkState(among: ranks)
      return Trained(cloning)
    }
  }

  @Test("two and three ranks learn what one process learns, to rounding", arguments: [2, 3])
  func likeOne(count: Int) throws {
    let (one, start) = try withThreads(1) { () -> (Trained, Trained) in
      let cloning = try recipe.cloning(on: dataset())
      let start = Trained(cloning)
      while !cloning.isDone { cloning.step() }
      return (Trained(cloning), start)
    }
    #expect(try trained(1) == [one])
    let shared = try trained(count)
    #expect(shared.allSatisfy { $0 == shared[0] })
    for (mine, plain) in zip(shared[0].losses, one.losses) {
      #expect(abs(mine - plain) < 1e-4 * plain, "\(mine) and \(plain)")
    }
    func distance(_ a: [[Float]], _ b: [[Float]]) -> Float {
      zip(a.joined(), b.joined()).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        .squareRoot()
    }
    let moved = distance(one.weights, start.weights)
    #expect(distance(shared[0].weights, one.weights) < 1e-2 * moved)
  }

  @Test("a run of two ranks resumes bit-identical, and not alone") func resumes() throws {
    let whole = try trained(2)[0]
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "checkpoint.safetensors")
      _ = try ThreadRanks.run(2) { ranks in
        let cloning = try recipe.cloning(on: dataset())
        for _ in 0..<4 { cloning.step(among: ranks) }
        try ranks.onFirst { try cloning.writeCheckpoint(to: file, ranks: 2) }
      }
      let resumed = try ThreadRanks.run(2) { ranks in
        let cloning = try recipe.cloning(on: dataset())
        try cloning.restore(from: file, ranks: 2)
        while !cloning.isDone { cloning.step(among: ranks) }
        return Trained(cloning)
      }
      #expect(resumed == [whole, whole])
      let error = #expect(throws: CheckpointError.self) {
        try withThreads(1) { try recipe.cloning(on: dataset()).restore(from: file) }
      }
      #expect("\(error!)".contains("2 ranks"))
    }
  }

  @Test("ranks with other episodes, or too many of them, are refused on all ranks") func refuses()
    throws
  {
    let other = try ThreadRanks.run(2) { ranks in
      let cloning = try recipe.cloning(on: dataset(moving: ranks.rank == 0 ? 1 : 2))
      return #expect(throws: RankError.self) { try cloning.check(among: ranks) }
    }
    for error in other {
      #expect(error?.rank == 1 && error?.message.contains("episodes") == true)
    }
    let many = try ThreadRanks.run(4) { ranks in
      let cloning = try recipe.cloning(on: dataset())
      return #expect(throws: RankError.self) { try cloning.check(among: ranks) }
    }
    for error in many { #expect(error?.message.contains("start at most 3") == true) }
  }
}
