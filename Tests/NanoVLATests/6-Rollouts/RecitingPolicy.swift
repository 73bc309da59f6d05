import NanoVLA
import Tensors

/// Encodes nothing: one number, always 0.
final class BlindBackbone: Backbone {
  var imageSize: Int? { 16 }
  func stateWidth(usesProprioception: Bool) -> Int { 1 }
  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor { Tensor(observations.map { _ in 0 }, shape: [observations.count, 1]) }
}

/// Predicts the same chunk always.
final class RecitingHead: ActionHead {
  let chunk: Int
  private let plan: [Float]

  /// - Parameter plan: K·A numbers.
  init(chunk: Int, plan: [Float]) { (self.chunk, self.plan) = (chunk, plan) }

  var dimensions: Int { plan.count / chunk }

  func loss(_: Tensor, _: ActionChunks, using _: inout SeededRandom) -> Tensor {
    Tensor([0], shape: [1])
  }
  func expectedInitialLoss(_: ActionChunks) -> Float { 0 }
  func actions(for state: Tensor, using _: inout SeededRandom) -> Tensor {
    Tensor((0..<state.dim(0)).flatMap { _ in plan }, shape: [state.dim(0), chunk, dimensions])
  }
}
