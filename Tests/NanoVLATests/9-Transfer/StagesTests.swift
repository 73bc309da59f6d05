import NanoVLA
import Tabletop
import Tensors
import Testing
import VLMs

@Suite struct StagesTests {
  private func model(depth: Int = 3) -> TinyTransformer {
    var random = SeededRandom(seed: 1)
    return TinyTransformer(width: 4, depth: depth, heads: 1, using: &random)
  }

  @Test("a stage is a numbered block or the layers between two; together they hold every parameter")
  func stages() {
    var random = SeededRandom(seed: 1)
    let backbone = ToyVLM(using: &random)
    let stages = backbone.stages
    let names = stages.map(\.name)
    #expect(names.count == 8)
    #expect(names[1] == "vision.blocks.0" && names[3] == "language.blocks.0")
    #expect(names[5] == "fusion.blocks.0" && names[6] == "fusion.blocks.1")
    #expect(names[0].hasPrefix("patchEmbedding") && names[7].hasSuffix("intent.bias"))
    let all = stages.flatMap(\.parameters).map(ObjectIdentifier.init)
    #expect(all == backbone.parameters.map(ObjectIdentifier.init))
  }

  @Test("stages are unfrozen from the last to the first, one per interval")
  func unfreezing() {
    let model = model()
    let stages = model.stages  // three blocks and a norm
    let schedule = ProgressiveUnfreezing(stages.map(\.parameters), firstStep: 5, interval: 10)
    for (step, unfrozen) in [(0, 0), (4, 0), (5, 1), (14, 1), (15, 2), (25, 3), (35, 4), (999, 4)] {
      schedule.apply(at: step)
      #expect(schedule.unfrozenCount(at: step) == unfrozen)
      for (index, stage) in stages.enumerated() {
        #expect(stage.parameters.allSatisfy { $0.isFrozen == (index < 4 - unfrozen) })
      }
    }
  }

  @Test("a plan unfreezes every stage within 3/4 of the run, after the head-only steps")
  func planned() {
    let stages = model().stages
    var plan = TransferPlan(
      for: VLMCapabilities(parameterCount: 1), strategy: .progressiveUnfreezing)
    plan.headFirst = 0.25
    let progressive = plan.unfreezing(stages, steps: 100)
    #expect(progressive.unfrozenCount(at: 24) == 0 && progressive.unfrozenCount(at: 25) == 1)
    #expect(progressive.unfrozenCount(at: 75) == 4)
    plan.strategy = .lora
    let whole = plan.unfreezing(stages, steps: 100)
    #expect(whole.unfrozenCount(at: 24) == 0 && whole.unfrozenCount(at: 25) == whole.stages.count)
    #expect(whole.stages[0].count == model().parameters.count)
  }

  @Test("each stage's learning rate is decay times that of the next one")
  func rates() {
    let stages = model().stages
    let factors = LayerwiseRates(decay: 0.5).factors(of: stages)
    let expected = zip(stages, [0.125, 0.25, 0.5, 1] as [Float]).flatMap { stage, factor in
      stage.parameters.map { _ in factor }
    }
    #expect(factors == expected)
    var plan = TransferPlan(for: VLMCapabilities(parameterCount: 1), strategy: .layerwiseRates)
    (plan.headRate, plan.backboneRate, plan.layerwise.decay) = (4, 2, 0.5)
    #expect(plan.rateFactors(stages) == expected.map { $0 / 2 })
    plan.strategy = .directFineTuning
    #expect(plan.rateFactors(stages).allSatisfy { $0 == 0.5 })
  }
}
