import Files
import Foundation
import NanoVLA
import Runs
import Tabletop
import Tensors
import Testing
import VLMs

/// A head and a fusion that this file defines: one line each registers them.
@Suite(.serialized) struct OwnPartsTests {
  init() {
    ActionHeadKind.known.register("mean", ActionHeadKind(MeanHead.self, .init()))
    FusionStrategy.known.register("sum", FusionStrategy(SumFusion.self, .init()))
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "own-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("a head of one's own is trained, resumed bit-identically, saved, read and evaluated")
  func head() throws {
    try withFolder { folder in
      let file = folder.appending(path: BehaviorCloning.checkpointFile)
      var recipe = CloningRecipe(for: .object, demonstrations: 4)
      recipe.head = ActionHeadKind(MeanHead.self, .init(scale: 0.5))
      recipe.steps = 6
      let whole = try recipe.cloning()
      while !whole.isDone { whole.step() }
      #expect(whole.losses[5] < whole.losses[0])

      let first = try recipe.cloning()
      for _ in 0..<3 { first.step() }
      try first.writeCheckpoint(of: recipe, to: file)
      let resumed = try BehaviorCloning.recipe(in: file).cloning()
      try resumed.restore(from: file, of: recipe)
      while !resumed.isDone { resumed.step() }
      #expect(resumed.losses == whole.losses)

      try resumed.policy.write(to: folder)
      let read = try VLA(contentsOf: folder)
      #expect((read.head as? MeanHead)?.configuration == .init(scale: 0.5))
      #expect(read.parameters.map(\.values) == whole.policy.parameters.map(\.values))
      let steps = try [whole.policy, read].map {
        try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)(
          $0, seeds: Suite.heldOutSeeds(3)
        ).map(\.steps)
      }
      #expect(steps[0] == steps[1] && steps[0].count == 3)
    }
  }

  @Test("a fusion of one's own is trained, resumed bit-identically, saved, read and evaluated")
  func fusion() throws {
    try withFolder { folder in
      let policy = try VLABuilder().withVLM("llava").withActionSpace(.tabletop)
        .withStatistics(.bundled()).withHead(ActionHeadKind(MeanHead.self, .init()), chunk: 2)
        .withFusionStrategy(FusionStrategy(SumFusion.self, .init(gain: 2))).build()
      let backbone = try #require(policy.backbone as? FusedVLM)
      let demonstrations = try DemonstrationDataset.generate(suite: .object, count: 1)
        .demonstrations
      let optimizer = AdamW(backbone.fusion.parameters + policy.head.parameters)
      var (random, losses) = (SeededRandom(seed: 1), [Float]())
      for _ in 0..<4 {
        let examples = try CloningExamples(demonstrations, for: policy)
        let observations = demonstrations[0].frames.map { Observation($0) }
        let state = try backbone.state(
          of: observations,
          instructions: observations.map { _ in demonstrations[0].instruction },
          usesProprioception: false)
        let loss = policy.head.loss(state, examples.expert, using: &random)
        loss.backward()
        optimizer.step(learningRate: 1e-3)
        losses.append(loss.item)
      }
      #expect(losses[3] < losses[0])

      // A cloning on this fusion stops after three of six steps, and resumes.
      let recipe = CloningRecipe(for: .object, demonstrations: 1)
      let file = folder.appending(path: BehaviorCloning.checkpointFile)
      let begun = policy.head.parameters.map(\.values)
      func cloning() throws -> BehaviorCloning {
        for (parameter, values) in zip(policy.head.parameters, begun) { parameter.values = values }
        return BehaviorCloning(
          policy, on: try CloningExamples(demonstrations, for: policy), steps: 6, seed: recipe.seed)
      }
      let whole = try cloning()
      while !whole.isDone { whole.step() }
      let first = try cloning()
      for _ in 0..<3 { first.step() }
      try first.writeCheckpoint(of: recipe, to: file)
      let resumed = try cloning()
      try resumed.restore(from: file, of: recipe)
      while !resumed.isDone { resumed.step() }
      #expect(resumed.losses == whole.losses && resumed.losses.count == 6)

      try policy.write(to: folder)
      let read = try VLA(contentsOf: folder)
      let fusion = try #require((read.backbone as? FusedVLM)?.fusion as? SumFusion)
      #expect(fusion.configuration == .init(gain: 2))
      #expect(fusion.parameters.allSatisfy { !$0.isFrozen })
      #expect(read.parameters.map(\.values) == policy.parameters.map(\.values))
      let steps = try [policy, read].map {
        try ClosedLoop(in: TabletopEnvironment(), executionHorizon: 2)($0, seeds: 0..<2).map(
          \.steps)
      }
      #expect(steps[0] == steps[1])
    }
  }
}

/// One linear layer, whose chunk repeats one action.
private final class MeanHead: ActionHead {
  static let kind = "mean"
  struct Configuration: Codable, Equatable { var scale: Float = 1 }
  let configuration: Configuration
  let layer: Linear
  let (chunk, dimensions): (Int, Int)

  init(_ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom) {
    self.configuration = configuration
    (chunk, dimensions) = (place.chunk, place.space.count)
    layer = Linear(inputs: place.inputs, outputs: place.space.count, using: &random)
  }
  func actions(for state: Tensor, using _: inout SeededRandom) -> Tensor {
    let one = (layer(state) * configuration.scale).reshaped([state.dim(0), 1, dimensions])
    return one.broadcast(to: [state.dim(0), chunk, dimensions])
  }
  func loss(_ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom) -> Tensor {
    expert.mean(of: (actions(for: state, using: &random) - expert.actions).squared())
  }
  func expectedInitialLoss(_ expert: ActionChunks) -> Float { 1 }
}

/// A linear layer of the sum of mean image and mean text.
private final class SumFusion: Fusion {
  static let kind = "sum"
  struct Configuration: Codable, Equatable { var gain: Float = 1 }
  let configuration: Configuration
  let layer: Linear

  init(_ configuration: Configuration, width: Int, using random: inout SeededRandom) {
    self.configuration = configuration
    layer = Linear(inputs: width, outputs: width, using: &random)
  }
  func callAsFunction(vision: Tensor, text: Tensor, textMask: Tensor?) -> Tensor {
    let sum = vision.mean(axis: 1) * configuration.gain + text.mean(axis: 1)
    return layer(sum).reshaped([sum.dim(0), 1, sum.dim(1)])
  }
}
