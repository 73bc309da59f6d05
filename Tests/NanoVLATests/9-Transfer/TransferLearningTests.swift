import NanoVLA
import Runs
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

@Suite struct TransferLearningTests {
  /// A backbone and a head, [N, 3, 4] → [N, 3, 2], and a task that both can learn.
  private final class Task {
    let backbone: TinyTransformer
    let head: Linear
    let x = uniform(64, 3, 4, seed: 11)
    let y = uniform(64, 3, 2, seed: 12)

    init() {
      var random = SeededRandom(seed: 2)
      backbone = TinyTransformer(width: 4, depth: 2, heads: 2, using: &random)
      head = Linear(inputs: 4, outputs: 2, using: &random)
    }

    func loss(_ rows: [Int]) -> Tensor {
      func pick(_ x: Tensor) -> Tensor {
        x.reshaped([x.dim(0), -1]).rows(at: rows).reshaped([rows.count] + x.shape.dropFirst())
      }
      return (head(backbone(pick(x))) - pick(y)).squared().mean()
    }

    func learning(
      _ strategy: TransferStrategy, steps: Int = 20, change: (inout TransferPlan) -> Void = { _ in }
    ) throws -> TransferLearning {
      var plan = TransferPlan(for: VLMCapabilities(parameterCount: 1), strategy: strategy)
      plan.backboneRate = strategy == .freezeBackbone ? 0 : 1e-2
      change(&plan)
      return try TransferLearning(
        backbone, head: head, plan: plan, examples: 64, steps: steps
      ) { rows, _ in self.loss(rows) }
    }
  }

  @Test(
    "the accumulated gradient of a batch equals that of the whole batch, up to rounding",
    arguments: [
      (32, 1), (32, 4), (31, 4), (7, 7),
    ])
  func accumulated(rows: Int, parts: Int) {
    let task = Task()
    let batch = (0..<rows).map { ($0 * 5) % 64 }
    let whole = task.loss(batch)
    whole.backward()
    let parameters = task.backbone.parameters + task.head.parameters
    let expected = parameters.flatMap { $0.gradient!.values }
    for parameter in parameters { parameter.gradient = nil }
    let mean = accumulateGradients(of: batch, parts: parts, microBatch: 3, loss: task.loss)
    #expect(abs(mean - whole.item) < 1e-5)
    #expect(maximumDifference(parameters.flatMap { $0.gradient!.values }, expected) < 1e-5)
  }

  @Test("training with accumulation gives the weights of training on whole batches")
  func accumulatedTraining() throws {
    func weights(parts: Int) throws -> [Float] {
      let task = Task()
      let learning = try task.learning(.directFineTuning) { $0.accumulation = parts }
      for _ in 0..<5 { learning.step() }
      return (task.backbone.parameters + task.head.parameters).flatMap(\.values)
    }
    #expect(maximumDifference(try weights(parts: 8), try weights(parts: 1)) < 1e-3)
  }

  @Test(
    "frozen weights stay bit-identical",
    arguments: [
      TransferStrategy.freezeBackbone, .lora, .adapterLayers,
    ])
  func frozen(strategy: TransferStrategy) throws {
    let task = Task()
    let own = task.backbone.namedParameters
    let before = own.map(\.parameter.values)
    let learning = try task.learning(strategy)
    let head = task.head.weight.values
    for _ in 0..<20 { learning.step() }
    #expect(own.map(\.parameter.values) == before)
    #expect(task.head.weight.values != head)
    let added = task.backbone.namedParameters.filter { $0.name.contains("adaptation") }
    #expect(added.isEmpty == (strategy == .freezeBackbone))
    let trained = (task.head.parameters + added.map(\.parameter)).reduce(0) { $0 + $1.count }
    #expect(learning.trainableCount == trained && learning.trainingBytes == 12 * trained)
  }

  @Test("every strategy lowers the loss", arguments: TransferStrategy.allCases)
  func learns(strategy: TransferStrategy) throws {
    let task = Task()
    let learning = try task.learning(strategy, steps: 60)
    let all = Array(0..<64)
    let before = task.loss(all).item
    for _ in 0..<60 { learning.step() }
    #expect(task.loss(all).item < 0.97 * before)
  }

  @Test("the head is trained alone at first")
  func headFirst() throws {
    let task = Task()
    let before = task.backbone.parameters.map(\.values)
    let learning = try task.learning(.directFineTuning, steps: 20) { $0.headFirst = 0.5 }
    for _ in 0..<10 { learning.step() }
    #expect(task.backbone.parameters.map(\.values) == before)
    learning.step()
    #expect(task.backbone.parameters.map(\.values) != before)
  }

  @Test("progressive unfreezing changes late stages before early ones")
  func progressive() throws {
    let task = Task()
    let stages = task.backbone.stages  // two blocks and a norm
    let before = stages.map { $0.parameters.map(\.values) }
    let learning = try task.learning(.progressiveUnfreezing, steps: 40)  // from step 10, every 6
    for (steps, moved) in [(10, 0), (1, 1), (5, 1), (1, 2), (5, 2), (1, 3)] {
      for _ in 0..<steps { learning.step() }
      let same = zip(stages, before).map { stage, old in stage.parameters.map(\.values) == old }
      #expect(same.count { !$0 } == moved && same.prefix(3 - moved).allSatisfy { $0 })
    }
  }

  @Test("bottleneck adapters start as the identity, after attention and feed-forward layers")
  func adapters() throws {
    let task = Task()
    let before = task.backbone(task.x).values
    _ = try task.learning(.adapterLayers)
    #expect(task.backbone(task.x).values == before)
    let adapted = task.backbone.linearLayers.filter { $0.layer.adaptation != nil }.map(\.name)
    #expect(
      adapted
        == (0..<2).flatMap {
          ["blocks.\($0).attention.output", "blocks.\($0).feedForward.contract"]
        })
    let names = Set(task.backbone.namedParameters.map(\.name))
    #expect(names.contains("blocks.0.attention.output.adaptation.down.weight"))
    let layer = task.backbone.linearLayers[3].layer
    unsettle(layer)
    let x = uniform(2, 4).asParameter()
    layer.freeze(false)
    expectGradients(layer.namedParameters + [("x", x)]) { layer(x) }
  }

  @Test("a policy is trained through its images, and the same seed gives the same losses")
  func frames() throws {
    let demonstrations = (0..<6).compactMap { Demonstration.record(suite: .object, seed: $0) }
    func losses() throws -> [Float] {
      var random = SeededRandom(seed: 1)
      let policy = try VLA(
        backbone: .bundled(), statistics: .bundled(), chunk: 2, history: 2, using: &random)
      let examples = try FrameExamples(demonstrations, for: policy)
      let cached = try CloningExamples(demonstrations, for: policy)
      let rows = [0, 3, examples.count - 1]
      let expected = BehaviorCloning(policy, on: cached, steps: 1).loss(on: rows).item
      #expect(abs(examples.loss(of: policy, on: rows, using: &random).item - expected) < 1e-4)
      let plan = TransferPlan(for: VLMCapabilities(parameterCount: 1), strategy: .lora)
      let learning = try TransferLearning(
        policy.backbone, head: policy.head, plan: plan, examples: examples.count, steps: 8
      ) { examples.loss(of: policy, on: $0, using: &$1) }
      return (0..<8).map { _ in learning.step() }
    }
    let first = try losses()
    #expect(first.last! < first[0])
    #expect(try losses() == first)
  }
}
