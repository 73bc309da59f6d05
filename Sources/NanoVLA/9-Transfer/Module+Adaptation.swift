import Files
import Tensors

/// Attaching adaptations to a model: which linear layers get one, and what is trained afterwards.
///
/// An adaptation is a small trainable module beside a frozen layer (``LoRA``,
/// ``BottleneckAdapter``). Load a published checkpoint before adapting, and merge before writing
/// one: its files hold the layers' own weights only.
extension Module {
  /// Every linear layer with its name, except those inside adaptations.
  public var linearLayers: [(name: String, layer: Linear)] {
    namedModules.compactMap { name, module in
      let isAdaptation = name.split(separator: ".").contains("adaptation")
      return isAdaptation ? nil : (module as? Linear).map { (name, $0) }
    }
  }

  /// Freezes every parameter and attaches a trainable adaptation to each targeted linear layer.
  ///
  /// A target is a sequence of components of a layer's name: `query` means every layer of that
  /// name, `language.blocks.0` all layers of that block.
  /// - Parameter targets: the layers to adapt; nil for all linear layers.
  /// - Returns: the number of adapted layers.
  /// - Throws: ``TransferError`` if a target matches no layer or an adapted one; nothing changes.
  @discardableResult
  public func adapt(
    _ targets: [String]? = nil, with adaptation: (Linear) -> any Adaptation
  ) throws(TransferError) -> Int {
    let layers = linearLayers
    for target in targets ?? [] where !layers.contains(where: { target.matches($0.name) }) {
      throw .noSuchLayer(target, nearest: nearestNames(to: target, among: layers.map(\.name)))
    }
    let chosen = layers.filter { layer in targets?.contains { $0.matches(layer.name) } ?? true }
    if let (name, _) = chosen.first(where: { $0.layer.adaptation != nil }) {
      throw .alreadyAdapted(name)
    }
    freeze()
    for (_, layer) in chosen { layer.adaptation = adaptation(layer) }
    return chosen.count
  }

  /// Removes every adaptation and what it has learned.
  public func removeAdaptations() {
    for (_, layer) in linearLayers { layer.adaptation = nil }
  }
}

extension String {
  /// Whether the components of this target follow one another in `name`.
  func matches(_ name: String) -> Bool { ".\(name).".contains(".\(self).") }
}
