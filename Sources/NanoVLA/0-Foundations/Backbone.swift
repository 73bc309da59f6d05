import Tensors

/// A backbone: a model that encodes an observation and an instruction as a state vector.
///
/// A policy is a backbone and an action head. The toy VLM is a backbone, and so is every published
/// VLM (`VLM`); a policy needs nothing of them but the state vector. The head learns what its
/// elements mean.
///
/// Letters: N observations, S state width.
public protocol Backbone: Module {
  /// The side of the square images that it expects, in pixels; nil if it resizes images itself.
  var imageSize: Int? { get }

  /// S, with or without proprioception.
  func stateWidth(usesProprioception: Bool) -> Int

  /// Whether all state vectors have the same width, so that several can be computed at once. Whole
  /// prompts differ in length.
  var takesBatches: Bool { get }

  /// Encodes observations.
  /// - Parameters:
  ///   - observations: N of them.
  ///   - instructions: one for each observation.
  ///   - usesProprioception: whether the state includes the observations' proprioception.
  /// - Returns: [N, S]
  /// - Throws: if an instruction cannot be encoded.
  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor
}

extension Backbone {
  public var takesBatches: Bool { true }
}
