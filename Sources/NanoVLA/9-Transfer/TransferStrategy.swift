/// What of a pre-trained model may change when it learns a new task.
///
/// More freedom learns more from the new task and forgets more of what the model knew. The raw
/// values are the short names for a command line and for `--json`.
public enum TransferStrategy: String, CaseIterable, Sendable, Codable {
  /// Every weight learns.
  case directFineTuning = "direct"
  /// Only two thin matrices beside each layer learn: ``LoRA``.
  case lora
  /// Only two small layers after some layers learn: ``BottleneckAdapter``.
  case adapterLayers = "adapters"
  /// The new head learns first, then one stage of the backbone after another, from the last to the
  /// first: ``ProgressiveUnfreezing``.
  case progressiveUnfreezing = "progressive"
  /// Only the new head learns.
  case freezeBackbone = "freeze"
  /// Every weight learns, the early ones slowly: ``LayerwiseRates``.
  case layerwiseRates = "layerwise"

  /// The strategy that `name` means, in any of its spellings; capitals, "-" and " " do not matter.
  /// - Throws: ``TransferError/unknownStrategy(_:)``.
  public init(named name: String) throws(TransferError) {
    let wanted = name.lowercased().replacing("-", with: "_").replacing(" ", with: "_")
    guard let match = Self.allCases.first(where: { $0.names.contains(wanted) }) else {
      throw .unknownStrategy(name)
    }
    self = match
  }

  /// Every spelling, the shortest name first.
  public var names: [String] {
    switch self {
    case .directFineTuning: [rawValue, "direct_fine_tuning", "fine_tune_all", "full"]
    case .lora: [rawValue, "lora_adapters"]
    case .adapterLayers: [rawValue, "adapter_layers"]
    case .progressiveUnfreezing: [rawValue, "progressive_unfreezing"]
    case .freezeBackbone: [rawValue, "freeze_backbone", "frozen"]
    case .layerwiseRates: [rawValue, "layerwise_rates"]
    }
  }
}

/// What can be wrong with a wish for transfer learning.
public enum TransferError: Error, Equatable, CustomStringConvertible {
  case unknownStrategy(String)
  case noSuchLayer(String, nearest: [String])
  case adaptedAlready(String)
  case packed(String, TransferStrategy)

  public var description: String {
    switch self {
    case .unknownStrategy(let name):
      let known = TransferStrategy.allCases.map { $0.names.joined(separator: " or ") }
      return "no transfer strategy “\(name.prefix(60))”; there are " + known.joined(separator: ", ")
    case .noSuchLayer(let target, let nearest):
      return "no linear layer is named by “\(target.prefix(60))”; the nearest are "
        + nearest.joined(separator: ", ")
    case .adaptedAlready(let name):
      return "layer \(name) is adapted already; call removeAdaptations() first"
    case .packed(let name, let strategy):
      return "\(name) stays packed in its file, so \(strategy.rawValue) cannot change it; "
        + "use lora, adapters or freeze, or read the checkpoint unpacked"
    }
  }
}
