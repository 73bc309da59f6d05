import Files
import Foundation
import NanoVLA
import Tensors
import VLMs

/// What reading a policy's folder starts from, and therefore what writing one may leave out.
extension VLA {
  /// A policy as `configuration` says, its head uninitialized, its backbone with those of a published
  /// VLM's own files, if it stands on one. Until the others are loaded it cannot act.
  /// - Parameter file: the config.json, for errors.
  convenience init(
    _ configuration: PolicyConfiguration, _ statistics: ActionStatistics, _ file: URL
  ) throws {
    var random = SeededRandom(seed: 0)
    let backbone = try configuration.backbone.makeBackbone(file, using: &random)
    let (space, usesProprioception) = (configuration.actionSpace, configuration.usesProprioception)
    let inputs = configuration.history * backbone.stateWidth(usesProprioception: usesProprioception)  // H·S
    let head: any ActionHead
    switch configuration.head {
    case .made(let kind):
      // However large a config.json makes it, the file of weights must hold as much.
      head = uninitialized {
        kind.head(inputs: inputs, chunk: configuration.chunk, space: space, using: &random)
      }
    case .spoken:
      guard let vlm = backbone as? VLM, let speaker = vlm.network as? OpenVLA else {
        throw CheckpointError.badConfiguration(
          file.path, "a spoken head on a backbone that speaks no actions; OpenVLA does")
      }
      head = SpokenActionHead(speaker, dimensions: space.count)
      vlm.readout = .wholePrompt
    }
    try self.init(
      backbone: backbone, space: space, statistics: statistics, head: head,
      usesProprioception: usesProprioception, history: configuration.history)
    (backbone as? FusedVLM)?.fusion.freeze(false)
  }

  /// The names of the parameters whose numbers a published VLM's own files hold, before any layer is
  /// bent.
  var publishedNames: Set<String> {
    guard let vlm = backbone.vlmInside, vlm.folder != nil else { return [] }
    let published = Set(vlm.network.parameters.map(ObjectIdentifier.init))
    return Set(
      namedParameters.filter { published.contains(ObjectIdentifier($0.parameter)) }.map(\.name))
  }

  /// What must be written beside the configuration that `rebuilt` was made of.
  /// - Throws: ``CheckpointError/cannotDescribe(_:)`` if it is not this policy's.
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
