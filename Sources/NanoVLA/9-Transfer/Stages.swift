import Tensors

/// A model's parameters in stages, from what its input meets first to what makes its output.
///
/// A stage is one numbered block, or whatever stands between two of them; modules declare their
/// parts in the order in which the data passes them. Strategies that treat early layers and late
/// ones differently count in stages: early layers know what all tasks share (edges, words), late
/// ones what the old task wanted.
///
/// Reference: Yosinski et al., "How Transferable Are Features in Deep Neural Networks?" (2014),
/// section 4.
public struct Stage {
  /// The block, such as `language.blocks.1`, or the first and last parameter between two blocks.
  public let name: String
  public let parameters: [Tensor]

  /// Those of its parameters that are not frozen; nil if all are.
  var learning: Stage? {
    let some = parameters.filter(\.requiresGradient)
    return some.isEmpty ? nil : Stage(name: name, parameters: some)
  }
}

extension Module {
  /// In the order of ``Module/namedParameters``, first to last; each parameter is in one stage.
  public var stages: [Stage] {
    var runs: [(block: String?, named: [(name: String, parameter: Tensor)])] = []
    for (name, parameter) in namedParameters {
      let block = Self.block(of: name)
      if runs.last?.block == block, !runs.isEmpty {
        runs[runs.count - 1].named.append((name, parameter))
      } else {
        runs.append((block, [(name, parameter)]))
      }
    }
    return runs.map { block, named in
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
