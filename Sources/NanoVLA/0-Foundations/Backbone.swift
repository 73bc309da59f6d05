import Files
import Foundation
import Tensors

/// A backbone: a model that encodes an observation and an instruction as a state vector.
///
/// A policy is a backbone and an action head. The toy VLM is a backbone, and so is every published
/// VLM (`VLM`); a policy needs nothing of them but the state vector. The head learns what it means.
///
/// - Letters: N observations, S state width.
public protocol Backbone: Module, SelfDescribing {
  /// Builds the backbone that `configuration` describes. Its weights are random unless the
  /// configuration names files that hold them, whose relative paths start from `folder`.
  /// - Throws: `PartError` for a wrong configuration, or an error of those files.
  static func make(
    _ configuration: Configuration, relativeTo folder: URL?, using random: inout SeededRandom
  ) throws -> Self

  /// The name in descriptions; the kind by default.
  var name: String { get }
  /// Whether the weights are random, untrained; false by default.
  var isRandom: Bool { get }
  /// Untrained layers, which stay trainable when a policy freezes the rest; none by default.
  var newLayers: [any Module] { get }
  /// Parameters in files that the configuration names; a saved policy omits them. None by default.
  var publishedParameters: [Tensor] { get }
  /// The side of the square images that it expects, in pixels; nil if it resizes images itself.
  var imageSize: Int? { get }

  /// The number of elements of proprioception; 4 by default: [x, y, z, closed].
  var proprioceptionCount: Int { get }
  /// S, with or without proprioception.
  func stateWidth(usesProprioception: Bool) -> Int

  /// Encodes N observations, each with an instruction and, if asked for, proprioception: → [N, S].
  /// - Throws: if an instruction cannot be encoded.
  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor
}

extension Backbone {
  public var name: String { Self.kind }
  public var isRandom: Bool { false }
  public var newLayers: [any Module] { [] }
  public var publishedParameters: [Tensor] { [] }
  public var proprioceptionCount: Int { 4 }
}
