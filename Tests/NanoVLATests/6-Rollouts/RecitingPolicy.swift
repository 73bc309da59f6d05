import Foundation
import NanoVLA
import Tensors

/// Encodes nothing: one number, always 0.
final class BlindBackbone: Backbone {
  static let kind = "blind"
  struct Configuration: Codable, Equatable {}
  let configuration = Configuration()
  static func make(
    _: Configuration, relativeTo: URL?, using _: inout SeededRandom
  ) throws -> BlindBackbone { BlindBackbone() }
  var imageSize: Int? { 16 }
  func stateWidth(usesProprioception: Bool) -> Int { 1 }
  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor { Tensor(observations.map { _ in 0 }, shape: [observations.count, 1]) }
}

/// Predicts the same chunk always.
final class RecitingHead: ActionHead {
  static let kind = "reciting"
  struct Configuration: Codable, Equatable { var plan: [Float] }
  let configuration: Configuration
  let chunk: Int
  private var plan: [Float] { configuration.plan }

  /// - Parameter plan: K·A numbers.
  init(chunk: Int, plan: [Float]) {
    (self.chunk, configuration) = (chunk, Configuration(plan: plan))
  }
  convenience init(
    _ configuration: Configuration, for place: HeadContext, using _: inout SeededRandom
  ) { self.init(chunk: place.chunk, plan: configuration.plan) }

  var dimensions: Int { plan.count / chunk }

  func loss(_: Tensor, _: ActionChunks, using _: inout SeededRandom) -> Tensor {
    Tensor([0], shape: [1])
  }
  func expectedInitialLoss(_: ActionChunks) -> Float { 0 }
  func actions(for state: Tensor, using _: inout SeededRandom) -> Tensor {
    Tensor((0..<state.dim(0)).flatMap { _ in plan }, shape: [state.dim(0), chunk, dimensions])
  }
}
