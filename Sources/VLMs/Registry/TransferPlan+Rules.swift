import NanoVLA

/// The transfer plan that suits a VLM, from its capabilities: a table of rules, the first match wins.
///
/// The learning rates for a VLM of billions of parameters are OpenVLA's for LoRA (5e-4, r = 32,
/// α = min(r, 16)) and those published for full fine-tuning (1e-5).
///
/// - Reference: Kim et al., "OpenVLA" (2024), §5.3.
extension TransferPlan {
  /// A strategy, the reason for it, and the VLMs to which it applies.
  struct Rule: Sendable {
    let strategy: TransferStrategy
    let reason: String
    let applies: @Sendable (VLMCapabilities) -> Bool

    init(
      _ strategy: TransferStrategy, _ reason: String,
      when applies: @escaping @Sendable (VLMCapabilities) -> Bool
    ) {
      (self.strategy, self.reason, self.applies) = (strategy, reason, applies)
    }
  }

  /// From the most specific capability to none; the last rule applies to every VLM.
  static let rules = [
    Rule(
      .directFineTuning,
      "it predicts actions already, so every weight is trained, with a small learning rate"
    ) { $0.nativeActions },
    Rule(
      .adapterLayers, "it is designed to be small and fast, so only thin layers are added"
    ) { $0.efficient },
    Rule(
      .lora,
      "it follows instructions; full fine-tuning could forget that, and low-rank updates keep it"
    ) { $0.instructionTuned },
    Rule(
      .progressiveUnfreezing,
      "its language model was trained on images but not on instructions, so it is unfrozen "
        + "stage by stage from the last"
    ) { $0.languageModel && $0.jointPretraining },
    Rule(
      .freezeBackbone,
      "its language model was never trained on images, so its weights are kept"
    ) { $0.languageModel },
    Rule(
      .freezeBackbone, "it has no language model to adapt, but features that a head can read"
    ) { _ in true },
  ]

  /// The plan for a VLM with these capabilities.
  /// - Parameter requested: overrides the rules; the reasons then name the strategy of the rules.
  public init(for vlm: VLMCapabilities, strategy requested: TransferStrategy? = nil) {
    guard let rule = Self.rules.first(where: { $0.applies(vlm) }) else {
      fatalError("TransferPlan: no rule applies to \(vlm)")
    }
    let strategy = requested ?? rule.strategy
    let isNano = vlm.parameterCount < 10_000_000
    let isLarge = vlm.parameterCount >= 1_000_000_000
    let isNative = vlm.nativeActions

    // A head of a few thousand parameters trains with a higher rate than one of millions.
    let headRate: Float = isNano ? (isNative ? 5e-3 : 1e-2) : (isNative ? 5e-4 : 1e-3)
    let backboneRate: Float =
      switch strategy {
      case .freezeBackbone: 0
      case .lora, .adapterLayers: isNano ? 2e-4 : 5e-4
      case .directFineTuning: isNano ? 5e-5 : 1e-5
      case .progressiveUnfreezing, .layerwiseRates: isNano ? 1e-4 : 5e-5
      }
    // A frozen backbone stores no activations for a backward pass, so its whole batch fits.
    let parts = vlm.parameterCount < 100_000_000 ? 1 : isLarge ? 16 : 4
    let rank = isLarge ? 32 : isNano ? 4 : 16
    self.init(
      strategy: strategy, headRate: headRate, backboneRate: backboneRate,
      headFirst: isNative || strategy == .freezeBackbone ? 0 : 0.25,
      floor: isNative ? 1 : 0.05, accumulation: strategy == .freezeBackbone ? 1 : parts,
      loraRank: rank, loraAlpha: Float(min(rank, 16)),
      adapterWidth: isLarge ? 64 : isNano ? 8 : 32)
    explain(rule, isNative: isNative)
  }

  private mutating func explain(_ rule: Rule, isNative: Bool) {
    let overridden = "as requested; the rules choose \(rule.strategy.rawValue)"
    reasons = ["\(strategy.rawValue): \(strategy == rule.strategy ? rule.reason : overridden)."]
    reasons.append(
      strategy == .freezeBackbone
        ? "Learning rate \(headRate) for the head."
        : "Learning rate \(headRate) for the new head, and \(backboneRate) for the pre-trained "
          + "backbone.")
    if headFirst > 0 {
      reasons.append("The head trains alone at first: gradients through a random head are noise.")
    }
    reasons.append(
      isNative
        ? "Constant learning rates after warmup: the action head is pre-trained."
        : "Warmup, then cosine decay: the head is randomly initialized.")
    reasons.append(
      accumulation == 1
        ? "Batches of \(batchSize) without gradient accumulation: they fit in memory."
        : "Batches of \(batchSize) in \(accumulation) accumulated parts: a whole batch does not fit "
          + "in memory.")
  }
}
