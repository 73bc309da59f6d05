import Foundation
import Tensors

/// The toy VLM as a policy's backbone: its predictions, flattened into a state vector.
///
///     state = [softmax(intent), points, sigmoid(flags)]
///     with proprioception: … + [4 (points − gripper), proprioception]
///
/// - Letters: N observations, S state width, Q = 3 slots.
extension ToyVLM: Backbone {
  public static let kind = "toyVLM"

  public static func make(
    _ configuration: ToyVLMConfiguration, relativeTo folder: URL?, using random: inout SeededRandom
  ) throws -> ToyVLM {
    if let error = configuration.validationError { throw error }
    return ToyVLM(configuration, using: &random)
  }

  public var imageSize: Int? { configuration.imageSize }

  public func stateWidth(usesProprioception: Bool) -> Int {
    let predicted = configuration.intents.count + Grounding.slots * 2 + Grounding.flags
    return usesProprioception ? predicted + Grounding.slots * 2 + 4 : predicted
  }

  /// - Throws: ``InstructionError``
  public func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    let vision = encodeImage(Pixels.tensor(of: observations.map(\.image)))  // → [N, P, D]
    let (text, mask) = encodeText(try instructions.map { try tokenizer.encode($0) })
    let grounding = ground(vision: vision, text: text, mask: mask)
    guard usesProprioception else { return state(grounding, proprioception: nil) }
    let proprioception = observations.flatMap { $0.proprioception ?? [] }
    return state(grounding, proprioception: Tensor(proprioception, shape: [observations.count, 4]))
  }

  /// The state [N, S] of predictions that are already computed; proprioception is [N, 4], if used.
  public func state(_ grounding: Grounding, proprioception: Tensor?) -> Tensor {
    let N = grounding.intent.dim(0)
    let points = grounding.points.reshaped([N, Grounding.slots * 2])  // [N, Q, 2] → [N, 2Q]
    var parts = [grounding.intent.softmax(), points, grounding.flags.sigmoid()]
    if let proprioception {
      let gripper = proprioception.sliced(axis: 1, 0..<2).reshaped([N, 1, 2])  // [N, 4] → [N, 1, 2]
      let relative = (grounding.points - gripper) * 4  // [N, Q, 2] − [N, 1, 2] → [N, Q, 2]
      parts += [relative.reshaped([N, Grounding.slots * 2]), proprioception]
    }
    return Tensor.concatenated(parts, axis: 1)  // → [N, S]
      .traced("state", "predictions, and positions relative to the gripper")
  }
}
