import Tensors

/// From what a VLM brings along to a plan. The rules are checked from top to bottom.
///
/// | the VLM | strategy | why |
/// |---|---|---|
/// | says actions (OpenVLA) | direct fine-tuning | the new task is the old one, on another robot |
/// | is efficient (FastVLM) | adapter layers | the backbone stays shared, small and quick |
/// | follows instructions (LLaVA) | LoRA | much to lose, and few directions to change |
/// | has a language model that saw images (BLIP-2) | progressive unfreezing | features to bend |
/// | anything else (CLIP + GPT-2, ViLT) | frozen backbone | it can see; acting is the head's work |
///
/// The learning rates for a VLM of billions of numbers are OpenVLA's for LoRA (5e-4, r = 32,
/// α = min(r, 16)) and those that were published for direct fine-tuning (1e-5).
///
/// Reference: Kim et al., "OpenVLA" (2024), section 5.3.
extension TransferPlan {
  /// - Parameter strategy: to overrule the choice; the reasons then say what would have been chosen.
  public init(for vlm: VLMCapabilities, strategy wanted: TransferStrategy? = nil) {
    let (chosen, reason) = Self.choice(for: vlm)
    let strategy = wanted ?? chosen
    let isNano = vlm.parameterCount < 10_000_000
    let isLarge = vlm.parameterCount >= 1_000_000_000

    self.strategy = strategy
    let overruled = "as you asked; by itself it would be \(chosen.rawValue)"
    reasons = ["\(strategy.rawValue): \(strategy == chosen ? reason : overruled)."]

    // A head of a few thousand numbers learns faster than one of millions.
    headRate = isNano ? (vlm.nativeActions ? 5e-3 : 1e-2) : (vlm.nativeActions ? 5e-4 : 1e-3)
    switch strategy {
    case .freezeBackbone: backboneRate = 0
    case .lora, .adapterLayers: backboneRate = isNano ? 2e-4 : 5e-4
    case .directFineTuning: backboneRate = isNano ? 5e-5 : 1e-5
    case .progressiveUnfreezing, .layerwiseRates: backboneRate = isNano ? 1e-4 : 5e-5
    }
    reasons.append(
      strategy == .freezeBackbone
        ? "Learning rate \(headRate) for the head."
        : "Learning rate \(headRate) for the head, which is new, and \(backboneRate) for the "
          + "backbone, which has something to lose.")

    headFirst = vlm.nativeActions || strategy == .freezeBackbone ? 0 : 0.25
    if headFirst > 0 {
      reasons.append("The head learns alone at first: a new head's gradients are noise.")
    }
    floor = vlm.nativeActions ? 1 : 0.05
    reasons.append(
      vlm.nativeActions
        ? "Constant rates after the warm-up: there is nothing new to settle."
        : "The rates rise for a moment, then fall along a cosine: the head starts from nothing.")

    loraRank = isLarge ? 32 : isNano ? 4 : 16
    loraAlpha = Float(min(loraRank, 16))
    adapterWidth = isLarge ? 64 : isNano ? 8 : 32

    // A frozen backbone keeps nothing for a backward pass, so its batch fits as it is.
    let parts = vlm.parameterCount < 100_000_000 ? 1 : isLarge ? 16 : 4
    accumulation = strategy == .freezeBackbone ? 1 : parts
    reasons.append(
      accumulation == 1
        ? "Batches of \(batchSize) in one piece: they fit into memory."
        : "Batches of \(batchSize) in \(accumulation) parts: the whole would not fit into memory.")
  }

  private static func choice(for vlm: VLMCapabilities) -> (TransferStrategy, reason: String) {
    if vlm.nativeActions {
      return (.directFineTuning, "it says actions already, so all of it may learn, in small steps")
    }
    if vlm.efficient {
      return (.adapterLayers, "it is built to be small and quick, so only thin layers are added")
    }
    if vlm.instructionTuned {
      return (.lora, "it does what it is told, which is easily lost, and LoRA keeps it")
    }
    if vlm.languageModel && vlm.jointPretraining {
      return (
        .progressiveUnfreezing,
        "its language model has seen images but never obeyed, so it is bent from the end on"
      )
    }
    return (
      .freezeBackbone,
      vlm.languageModel
        ? "its language model never saw an image in training, so there is little to bend"
        : "it has no language model to bend, but features that a head can read"
    )
  }
}
