import NanoVLA

/// The spellings of a transfer strategy, for command lines and configuration files.
extension TransferStrategy {
  private static let table: [(strategy: TransferStrategy, names: [String])] = [
    (.directFineTuning, ["direct", "direct_fine_tuning", "fine_tune_all", "full"]),
    (.lora, ["lora", "lora_adapters"]),
    (.adapterLayers, ["adapters", "adapter_layers"]),
    (.progressiveUnfreezing, ["progressive", "progressive_unfreezing"]),
    (.freezeBackbone, ["freeze", "freeze_backbone", "frozen"]),
    (.layerwiseRates, ["layerwise", "layerwise_rates"]),
  ]

  /// Every spelling of this strategy, the shortest name first.
  public var names: [String] { Self.table.first { $0.strategy == self }?.names ?? [rawValue] }

  /// The strategy with the spelling `name`; case, "-" and " " do not matter.
  /// - Throws: ``UnknownTransferStrategy``
  public init(named name: String) throws(UnknownTransferStrategy) {
    let key = name.lowercased().replacing("-", with: "_").replacing(" ", with: "_")
    guard let match = Self.table.first(where: { $0.names.contains(key) }) else {
      throw UnknownTransferStrategy(name: name)
    }
    self = match.strategy
  }
}

/// A name that is not a spelling of any transfer strategy.
public struct UnknownTransferStrategy: Error, Equatable, CustomStringConvertible {
  public let name: String

  public var description: String {
    let known = TransferStrategy.allCases.map { $0.names.joined(separator: " or ") }
    return "unknown transfer strategy “\(name.prefix(60))”; use " + known.joined(separator: ", ")
  }
}
