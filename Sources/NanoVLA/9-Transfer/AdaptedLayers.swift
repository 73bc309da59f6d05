import Files
import Tensors

/// Which layers of a model an adaptation is attached to.
///
/// A checkpoint that others shall read holds the layers' own weights alone: load it before adapting,
/// and merge (``LoRA``) before writing. A policy's own folder holds adaptations as they are.
extension Module {
  /// Every linear layer with its name, but for those inside adaptations.
  public var linearLayers: [(name: String, layer: Linear)] {
    namedModules.compactMap { name, module in
      let isAdaptation = name.split(separator: ".").contains("adaptation")
      return isAdaptation ? nil : (module as? Linear).map { (name, $0) }
    }
  }

  /// Attaches an adaptation to every linear layer that one of `targets` names, and freezes all that
  /// was there before: from now on only the adaptations learn.
  ///
  /// A target is some parts of a layer's name in a row: `query` means every layer of that name,
  /// `language.blocks.0` all layers of that block.
  /// - Parameters:
  ///   - targets: nil for all linear layers.
  ///   - adaptation: makes what is attached to a layer.
  /// - Returns: how many layers were adapted.
  /// - Throws: ``TransferError/noSuchLayer(_:nearest:)`` for a target that names none. Nothing is
  ///   changed then.
  @discardableResult
  public func adapt(
    _ targets: [String]? = nil, with adaptation: (Linear) -> any Adaptation
  ) throws(TransferError) -> Int {
    let layers = linearLayers
    for target in targets ?? [] where !layers.contains(where: { target.isPart(of: $0.name) }) {
      throw .noSuchLayer(target, nearest: nearestNames(to: target, among: layers.map(\.name)))
    }
    let chosen = layers.filter { layer in
      targets?.contains { $0.isPart(of: layer.name) } ?? true
    }
    if let (name, _) = chosen.first(where: { $0.layer.adaptation != nil }) {
      throw .adaptedAlready(name)
    }
    freeze()
    for (_, layer) in chosen { layer.adaptation = adaptation(layer) }
    return chosen.count
  }

  /// Takes every adaptation off again, and with it what it learned.
  public func removeAdaptations() {
    for (_, layer) in linearLayers { layer.adaptation = nil }
  }
}

extension String {
  /// Whether the parts of this target stand in a row among the parts of `name`.
  func isPart(of name: String) -> Bool { ".\(name).".contains(".\(self).") }
}
