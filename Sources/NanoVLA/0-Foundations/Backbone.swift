import Tensors

/// What a policy stands on: a model that looks and reads, and says what it found.
///
/// The toy VLM is one, and so is every published VLM (``VLM``): all that a policy asks is a row of
/// numbers for an observation and an instruction. What the numbers mean, the head has to learn.
///
/// Letters: N observations, S state numbers.
public protocol Backbone: Module {
  /// The side of the square pictures that it sees; nil if it brings pictures to its size by itself.
  var imageSize: Int? { get }

  /// S, with or without proprioception.
  func stateWidth(usesProprioception: Bool) -> Int

  /// Whether its states of several observations have one length, S, so that it may be asked for all at
  /// once. (Whole prompts have not.)
  var takesBatches: Bool { get }

  /// What was found: [N, S].
  /// - Parameters:
  ///   - observations, instructions: N each.
  ///   - usesProprioception: whether the state includes the observations' proprioception.
  /// - Throws: if an instruction cannot be read.
  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor
}

extension Backbone {
  public var takesBatches: Bool { true }
}
