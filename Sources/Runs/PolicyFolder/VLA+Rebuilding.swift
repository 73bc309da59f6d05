import Files
import Foundation
import NanoVLA
import Tensors
import VLMs

/// A policy rebuilt from its configuration, before its weights are loaded.
extension VLA {
  /// The policy that `configuration` describes. It is uninitialized; a published VLM already has the weights of its own files. It cannot act until the other weights are loaded.
  /// - Parameter file: the config.json, for errors.
  convenience init(
    _ configuration: PolicyConfiguration, _ statistics: ActionStatistics, _ file: URL
  ) throws {
    func refuse(_ part: String, _ error: PartError) -> CheckpointError {
      .badConfiguration(file.path, "\(part).configuration.\(error)")
    }
    var random = SeededRandom(seed: 0)
    let backbone: any Backbone
    do {
      // Uninitialized: a large size in config.json costs no memory before the weights' shapes are
      // compared. The weights of a published VLM stay in its files.
      backbone = try uninitialized {
        try configuration.backbone.makeBackbone(
          relativeTo: file.deletingLastPathComponent(), using: &random)
      }
    } catch let error as PartError { throw refuse("backbone", error) }
    let width = backbone.stateWidth(usesProprioception: configuration.usesProprioception)  // S
    let place = HeadContext(
      inputs: configuration.history * width, chunk: configuration.chunk,
      space: configuration.actionSpace, backbone: backbone)
    if let error = configuration.head.validationError(in: place) { throw refuse("head", error) }
    try self.init(
      backbone: backbone, space: place.space, statistics: statistics,
      head: uninitialized { configuration.head.head(for: place, using: &random) },
      usesProprioception: configuration.usesProprioception, history: configuration.history)
  }

  /// The names of the parameters whose values are in files of the backbone's own, before any layer is
  /// adapted.
  var publishedNames: Set<String> {
    let published = Set(backbone.publishedParameters.map(ObjectIdentifier.init))
    return Set(
      namedParameters.filter { published.contains(ObjectIdentifier($0.parameter)) }.map(\.name))
  }

  /// The parameters to write in addition to the configuration that `rebuilt` was built from.
  /// - Throws: ``CheckpointError/cannotDescribe(_:)`` if the configuration is not this policy's.
  func parameters(beyond rebuilt: VLA) throws -> [(name: String, parameter: Tensor)] {
    let (lasting, published) = (try lastingParameters(), rebuilt.publishedNames)
    let others = Dictionary(
      uniqueKeysWithValues: rebuilt.namedParameters.map { ($0.name, $0.parameter) })
    if let missing = Set(others.keys).subtracting(lasting.map(\.name)).min() {
      throw CheckpointError.cannotDescribe("it has no \(missing), as others of its kind have")
    }
    return try lasting.filter { name, parameter in
      if name.contains(".adaptation.") { return true }
      guard let other = others[name], other.shape == parameter.shape else {
        let usual = others[name].map { "have \($0.shape)" } ?? "have none"
        throw CheckpointError.cannotDescribe(
          "\(name) has shape \(parameter.shape), others of its kind \(usual)")
      }
      return !published.contains(name) || !parameter.isIdentical(to: other)
    }
  }
}
