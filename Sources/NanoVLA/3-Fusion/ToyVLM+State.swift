import Foundation
import Tensors

/// The toy VLM as a policy's backbone: where the named things are, and where they lie from the gripper.
///
/// Letters: N observations, S state numbers, Q = 3 slots.
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
    let found = configuration.intents.count + Grounding.slots * 2 + Grounding.flags
    return usesProprioception ? found + Grounding.slots * 2 + 4 : found
  }

  /// - Throws: ``InstructionError``
  public func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    let seen = encodeImage(Pixels.tensor(of: observations.map(\.image)))  // → [N, P, D]
    let (text, mask) = encodeText(try instructions.map { try tokenizer.encode($0) })
    let found = ground(vision: seen, text: text, mask: mask)
    guard usesProprioception else { return state(found, proprioception: nil) }
    let proprioception = observations.flatMap { $0.proprioception ?? [] }
    return state(found, proprioception: Tensor(proprioception, shape: [observations.count, 4]))
  }

  /// - Parameter proprioception: [N, 4], if the policy uses it.
  /// - Returns: [N, S]
  public func state(_ found: Grounding, proprioception: Tensor?) -> Tensor {
    let N = found.intent.dim(0)
    let points = found.points.reshaped([N, Grounding.slots * 2])  // [N, Q, 2] → [N, 2Q]
    var parts = [found.intent.softmax(), points, found.flags.sigmoid()]
    if let proprioception {
      let gripper = proprioception.sliced(axis: 1, 0..<2).reshaped([N, 1, 2])  // [N, 4] → [N, 1, 2]
      let toGo = (found.points - gripper) * 4  // [N, Q, 2] − [N, 1, 2] → [N, Q, 2]
      parts += [toGo.reshaped([N, Grounding.slots * 2]), proprioception]
    }
    return Tensor.concatenated(parts, axis: 1)  // → [N, S]
      .traced("state", "what was found, and where it lies from the gripper")
  }
}
