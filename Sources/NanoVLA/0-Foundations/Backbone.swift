import Foundation
import Tensors

/// What a policy stands on: a model that looks and reads, and says what it found.
///
/// The toy VLM is one, and so is every published VLM (``VLM``): all that a policy asks is a row of
/// numbers for an observation and an instruction. What the numbers mean, the head has to learn.
///
/// Letters: N observations, S state numbers.
public protocol Backbone: Module, SelfDescribing {
  /// The backbone that `configuration` describes, its weights random unless files hold them.
  ///
  /// - Parameter folder: where relative paths of the configuration begin.
  /// - Throws: ``PartError``, or what is wrong with those files.
  static func make(
    _ configuration: Configuration, relativeTo folder: URL?, using random: inout SeededRandom
  ) throws -> Self

  /// What a description calls it; its kind by default.
  var name: String { get }

  /// Whether its weights are random, so that it runs and knows nothing; false by default.
  var isRandom: Bool { get }

  /// New layers, which stay free to learn when a policy freezes the rest; none by default.
  var newLayers: [any Module] { get }

  /// Parameters whose values are in files that the configuration names, so that a saved policy does
  /// not repeat them; none by default.
  var publishedParameters: [Tensor] { get }

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
  public var name: String { Self.kind }
  public var isRandom: Bool { false }
  public var newLayers: [any Module] { [] }
  public var publishedParameters: [Tensor] { [] }
}
