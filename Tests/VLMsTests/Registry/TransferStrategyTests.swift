import NanoVLA
import Testing
import VLMs

@Suite struct TransferStrategyTests {
  @Test(
    "every spelling gives its strategy, whatever its case and separators",
    arguments: [
      ("fine_tune_all", TransferStrategy.directFineTuning), ("direct", .directFineTuning),
      ("direct fine-tuning", .directFineTuning), ("lora", .lora), ("LoRA", .lora),
      ("progressive", .progressiveUnfreezing), ("Progressive-Unfreezing", .progressiveUnfreezing),
      ("freeze", .freezeBackbone), ("freeze_backbone", .freezeBackbone),
      ("adapters", .adapterLayers), ("adapter_layers", .adapterLayers),
      ("layerwise", .layerwiseRates),
    ])
  func spellings(name: String, strategy: TransferStrategy) throws {
    #expect(try TransferStrategy(named: name) == strategy)
  }

  @Test("no spelling belongs to two strategies") func distinct() throws {
    let names = TransferStrategy.allCases.flatMap(\.names)
    #expect(Set(names).count == names.count)
    for strategy in TransferStrategy.allCases {
      for name in strategy.names { #expect(try TransferStrategy(named: name) == strategy) }
    }
  }

  @Test("an unknown name is refused with the list of names, in one line") func unknown() {
    let error = #expect(throws: UnknownTransferStrategy.self) {
      try TransferStrategy(named: "magic")
    }
    let message = "\(error!)"
    #expect(message.contains("“magic”") && !message.contains("\n"))
    for name in TransferStrategy.allCases.flatMap(\.names) { #expect(message.contains(name)) }
  }
}
