import Tensors

/// A model's parameters in stages, from the layers next to the input to those next to the output.
///
/// Early layers hold features that all tasks share (edges, words); late ones are specific to the
/// task that the model was trained on. Strategies that treat the two differently count in stages. A
/// stage is one numbered block, or the layers between two of them.
///
/// - Reference: Yosinski et al., "How Transferable Are Features in Deep Neural Networks?" (2014),
///   §4.
public struct Stage {
  /// The block, such as `language.blocks.1`, or the first and last parameter between two blocks.
  public let name: String
  public let parameters: [Tensor]

  /// The same stage without its frozen parameters; nil if all of them are frozen.
  var trainable: Stage? {
    let unfrozen = parameters.filter(\.requiresGradient)
    return unfrozen.isEmpty ? nil : Stage(name: name, parameters: unfrozen)
  }
}

extension Module {
  /// All parameters in the order of ``Module/namedParameters``, each in one stage. Modules declare
  /// their parts in the order in which the data passes through them.
  public var stages: [Stage] {
    var groups: [(block: String?, named: [(name: String, parameter: Tensor)])] = []
    for (name, parameter) in namedParameters {
      let block = Self.block(of: name)
      if groups.last?.block == block, !groups.isEmpty {
        groups[groups.count - 1].named.append((name, parameter))
      } else {
        groups.append((block, [(name, parameter)]))
      }
    }
    return groups.map { block, named in
      let (first, last) = (named[0].name, named[named.count - 1].name)
      return Stage(
        name: block ?? (first == last ? first : "\(first) … \(last)"),
        parameters: named.map(\.parameter))
    }
  }

  /// `vision.blocks.0.norm1.weight` → `vision.blocks.0`; nil for a name without a number.
  private static func block(of name: String) -> String? {
    let parts = name.split(separator: ".")
    return parts.firstIndex { Int($0) != nil }.map { parts[...$0].joined(separator: ".") }
  }
}

/// Layer-wise learning rates: early stages, whose features are the most general, change least.
///
///     η_s = η · decay^(S − 1 − s),  s = 0 … S − 1
///
/// - Letters: S stages, first to last.
/// - Reference: Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification"
///   (2018), §3.2, discriminative fine-tuning; their decay is 1/2.6.
public struct LayerwiseRates: Sendable, Equatable {
  /// The ratio of one stage's learning rate to that of the next one.
  public var decay: Float
  public init(decay: Float = 0.7) { self.decay = decay }

  /// The factor of each parameter's learning rate, in the order of the stages' parameters.
  public func factors(of stages: [Stage]) -> [Float] {
    var factor: Float = 1
    return stages.reversed().map { stage in
      defer { factor *= decay }
      return Array(repeating: factor, count: stage.parameters.count)
    }.reversed().flatMap { $0 }
  }
}
