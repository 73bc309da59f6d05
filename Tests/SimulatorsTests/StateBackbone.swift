import Files
import Foundation
import NanoVLA
import Tensors

/// A backbone for tests that looks at nothing: its state is the robot's own.
final class StateBackbone: Module, Backbone {
  static let kind = "stateOnly"
  struct Configuration: Codable, Equatable, Sendable {}
  let configuration = Configuration()
  let imageSize: Int? = nil
  let proprioceptionCount = 2

  static func make(
    _: Configuration, relativeTo _: URL?, using _: inout SeededRandom
  ) throws -> StateBackbone { StateBackbone() }

  func stateWidth(usesProprioception: Bool) -> Int { 2 }

  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    Tensor(observations.flatMap { $0.proprioception! }, shape: [observations.count, 2])
  }
}
