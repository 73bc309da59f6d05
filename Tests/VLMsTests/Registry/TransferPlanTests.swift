import NanoVLA
import Tabletop
import Testing
import VLMs

@Suite struct TransferPlanTests {
  private static let openVLA = VLMCapabilities(
    nativeActions: true, instructionTuned: true, jointPretraining: true, languageModel: true,
    parameterCount: 7_500_000_000)
  private static let llava = VLMCapabilities(
    instructionTuned: true, jointPretraining: true, languageModel: true,
    parameterCount: 7_060_000_000)
  private static let fastVLM = VLMCapabilities(
    instructionTuned: true, jointPretraining: true, languageModel: true, efficient: true,
    parameterCount: 760_000_000)
  private static let blip2 = VLMCapabilities(
    jointPretraining: true, languageModel: true, parameterCount: 3_750_000_000)
  private static let clipGPT2 = VLMCapabilities(languageModel: true, parameterCount: 430_000_000)
  private static let vilt = VLMCapabilities(jointPretraining: true, parameterCount: 113_000_000)

  @Test(
    "each named kind gets the strategy that is quoted for it, with its reason",
    arguments: [
      (openVLA, TransferStrategy.directFineTuning, "predicts actions"),
      (llava, .lora, "follows instructions"), (fastVLM, .adapterLayers, "small and fast"),
      (blip2, .progressiveUnfreezing, "trained on images"),
      (clipGPT2, .freezeBackbone, "never trained on images"),
      (vilt, .freezeBackbone, "no language model"),
    ])
  func choices(vlm: VLMCapabilities, strategy: TransferStrategy, reason: String) {
    let plan = TransferPlan(for: vlm)
    #expect(plan.strategy == strategy)
    #expect(plan.reasons[0].hasPrefix(strategy.rawValue + ": ") && plan.reasons[0].contains(reason))
    #expect(plan.reasons.count >= 4)
  }

  @Test("the published rates are used for published sizes")
  func rates() {
    let direct = TransferPlan(for: Self.openVLA)
    #expect(direct.headRate == 5e-4 && direct.backboneRate == 1e-5 && direct.headFirst == 0)
    #expect(direct.schedule(steps: 100)(99) == 5e-4)
    let lora = TransferPlan(for: Self.llava)
    #expect(lora.headRate == 1e-3 && lora.backboneRate == 5e-4)
    #expect(lora.loraRank == 32 && lora.loraAlpha == 16)
    #expect(TransferPlan(for: Self.clipGPT2).backboneRate == 0)
  }

  @Test("a large trained backbone accumulates gradients; a frozen one does not")
  func accumulation() {
    #expect(TransferPlan(for: Self.llava).accumulation == 16)
    #expect(TransferPlan(for: Self.fastVLM).accumulation == 4)
    #expect(TransferPlan(for: Self.clipGPT2).accumulation == 1)
    #expect(TransferPlan(for: VLMCapabilities(parameterCount: 200_000)).accumulation == 1)
  }

  @Test("a requested strategy overrides the rules, and the reason says so")
  func wish() {
    let plan = TransferPlan(for: Self.llava, strategy: .freezeBackbone)
    #expect(plan.strategy == .freezeBackbone && plan.backboneRate == 0)
    #expect(plan.reasons[0] == "freeze: as requested; the rules choose lora.")
  }
}
