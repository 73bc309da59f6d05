import Files
import Foundation
import NanoVLA
import Ranks
import Runs
import TestSupport
import Testing

@testable import Tensors

/// Behavior cloning on several ranks, against one process on the same batches.
@Suite struct CloningTests {
  private static let steps = 12
  private let recipe: CloningRecipe = {
    var recipe = CloningRecipe(for: .object, demonstrations: 3)
    recipe.steps = steps
    return recipe
  }()

  private struct Trained: Equatable {
    let losses: [Float]
    let weights: [[Float]]
  }

  private func trained(_ ranks: Int, steps: Int = steps) throws -> [Trained] {
    try ThreadRanks.run(ranks) { ranks in
      let cloning = try recipe.cloning()
      try cloning.check(among: ranks)
      while cloning.stepsDone < steps { cloning.step(among: ranks) }
      try cloning.checkState(among: ranks)
      return Trained(losses: cloning.losses, weights: cloning.policy.head.parameters.map(\.values))
    }
  }

  @Test("three ranks learn what one process learns, to rounding; all the same, and so in each run")
  func likeOne() throws {
    let one = try withThreads(1) { () -> Trained in
      let cloning = try recipe.cloning()
      while !cloning.isDone { cloning.step() }
      return Trained(losses: cloning.losses, weights: cloning.policy.head.parameters.map(\.values))
    }
    #expect(try trained(1) == [one])
    let three = try trained(3)
    #expect(three[1] == three[0] && three[2] == three[0])
    #expect(try trained(3) == three)
    for (mine, plain) in zip(three[0].losses, one.losses) {
      #expect(abs(mine - plain) < 1e-4 * plain)
    }
    let start = try recipe.cloning().policy.head.parameters.map(\.values)
    func distance(_ a: [[Float]], _ b: [[Float]]) -> Float {
      zip(a.joined(), b.joined()).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        .squareRoot()
    }
    let moved = distance(one.weights, start)
    #expect(distance(three[0].weights, one.weights) < 1e-2 * moved)
  }

  @Test("a run of two ranks resumes bit-identical, and not with another number of ranks")
  func resumes() throws {
    try withTemporaryFolder { folder in
      let whole = try trained(2)
      let file = folder.appending(path: BehaviorCloning.checkpointFile)
      let resumed = try ThreadRanks.run(2) { ranks in
        let first = try recipe.cloning()
        while first.stepsDone < 5 { first.step(among: ranks) }
        try ranks.onFirst { try first.writeCheckpoint(of: recipe, to: file, ranks: 2) }
        let second = try recipe.cloning()
        try second.restore(from: file, of: recipe, ranks: 2)
        while !second.isDone { second.step(among: ranks) }
        return Trained(losses: second.losses, weights: second.policy.head.parameters.map(\.values))
      }
      #expect(resumed == whole)
      try withThreads(1) {
        for (ranks, remedy) in [(1, "mpirun -n 2"), (3, "mpirun -n 2")] {
          let error = #expect(throws: CheckpointError.self) {
            try recipe.cloning().restore(from: file, of: recipe, ranks: ranks)
          }
          #expect(error?.description.contains(remedy) == true)
        }
        let alone = try recipe.cloning()
        try alone.writeCheckpoint(of: recipe, to: file)
        let error = #expect(throws: CheckpointError.self) {
          try alone.restore(from: file, of: recipe, ranks: 2)
        }
        #expect(error?.description.contains("without mpirun") == true)
      }
    }
  }

  @Test("other examples, other weights and too many ranks are refused on all ranks by name")
  func refused() throws {
    func messages(
      _ ranks: Int, _ body: @escaping (any Communicator) throws -> Void
    ) throws -> Set<String> {
      Set(
        try ThreadRanks.run(ranks) { rank in
          do {
            try body(rank)
            return "none"
          } catch { return "\(error)" }
        })
    }
    let examples = try messages(2) { ranks in
      var recipe = recipe
      if ranks.rank == 1 { recipe.demonstrationCount = 2 }
      try recipe.cloning().check(among: ranks)
    }
    #expect(examples.count == 1)
    #expect(examples.first?.hasPrefix("rank 1: its demonstrations are not those") == true)
    let weights = try messages(3) { ranks in
      let cloning = try recipe.cloning()
      try cloning.check(among: ranks)
      cloning.step(among: ranks)
      if ranks.rank == 2 { cloning.policy.head.parameters[1].values[0] += 1e-6 }
      try cloning.checkState(among: ranks)
    }
    #expect(weights.count == 1)
    #expect(weights.first?.hasPrefix("rank 2: after step 1 its weights are not those") == true)
    let many = try messages(2) { ranks in
      let cloning = try recipe.cloning()
      try BehaviorCloning(cloning.policy, on: cloning.examples, steps: 1, batchSize: 1).check(
        among: ranks)
    }
    #expect(many == ["2 ranks for batches of 1 examples: start at most 1"])
  }

  @Test("a head whose loss draws random numbers of its own is refused until it tells its parts")
  func randomLoss() throws {
    var random = SeededRandom(seed: 0)
    let policy = try VLA(
      backbone: .bundled(), statistics: .bundled(),
      head: ActionHeadKind(NoisyHead.self, .init()), using: &random)
    let examples = try recipe.cloning().examples
    let found = try ThreadRanks.run(2) { ranks in
      let cloning = BehaviorCloning(policy, on: examples, steps: 1)
      do {
        try cloning.check(among: ranks)
        return ""
      } catch { return "\(error)" }
    }
    #expect(found[0].contains("the noisy head must conform to PartialLoss") && found[1] == found[0])
  }
}

/// Regression to actions with noise, by a head that knows nothing of ranks.
private final class NoisyHead: ActionHead {
  static let kind = "noisy"
  struct Configuration: Codable, Equatable, Sendable {}
  let configuration = Configuration()
  let output: Linear
  let chunk, dimensions: Int

  init(_: Configuration, for place: HeadContext, using random: inout SeededRandom) {
    (chunk, dimensions) = (place.chunk, place.space.count)
    output = Linear(inputs: place.inputs, outputs: chunk * dimensions, using: &random)
  }

  func actions(for state: Tensor, using _: inout SeededRandom) -> Tensor {
    output(state).reshaped([state.dim(0), chunk, dimensions])  // [N, S] → [N, K, A]
  }

  func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    let noise = Tensor.normal(expert.actions.shape, scale: 0.1, using: &random)
    let error = actions(for: state, using: &random) - expert.actions + noise
    return expert.mean(of: error.squared())
  }

  func expectedInitialLoss(_: ActionChunks) -> Float { 1 }
}
