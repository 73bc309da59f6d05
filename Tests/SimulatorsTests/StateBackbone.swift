import Files
import Foundation
import NanoVLA
import Tensors

/// A backbone for tests that looks at nothing: its state is the robot's own.
final class StateBackbone: Module, Backbone {
  static let kind = "stateOnly"
  struct Configuration: Codable, Equatable, Sendable { var width = 2 }
  let configuration: Configuration
  let imageSize: Int? = nil
  var proprioceptionCount: Int { configuration.width }

  /// A backbone of states of `width` numbers.
  init(width: Int = 2) { configuration = Configuration(width: width) }

  static func make(
    _ configuration: Configuration, relativeTo _: URL?, using _: inout SeededRandom
  ) throws -> StateBackbone { StateBackbone(width: configuration.width) }

  func stateWidth(usesProprioception: Bool) -> Int { configuration.width }

  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    Tensor(
      observations.flatMap { $0.proprioception! }, shape: [observations.count, configuration.width])
  }
}
