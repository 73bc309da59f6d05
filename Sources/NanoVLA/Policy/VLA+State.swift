import Tensors

/// From observations to the state that a head reads.
///
/// Letters: N samples, H observations each, S state numbers an observation, Q = 3 slots.
extension VLA {
  /// - Parameters:
  ///   - windows: N windows of H observations, checked already.
  ///   - ids: N encoded instructions.
  /// - Returns: [N, H·S]
  public func state(of windows: [[Observation]], ids: [[Int]]) -> Tensor {
    let eachIDs = ids.flatMap { Array(repeating: $0, count: history) }  // one for every observation
    return state(of: windows.flatMap { $0 }, ids: eachIDs)  // → [N·H, S]
      .reshaped([windows.count, -1])  // [N·H, S] → [N, H·S]
  }

  /// Of single observations, each with its instruction: [N, S].
  public func state(of observations: [Observation], ids: [[Int]]) -> Tensor {
    let seen = backbone.see(Pixels.tensor(of: observations.map(\.image)))  // → [N, P, D]
    let (text, mask) = backbone.read(ids)
    let found = backbone.ground(vision: seen, text: text, mask: mask)
    guard usesProprioception else { return state(found, proprioception: nil) }
    let felt = observations.flatMap { $0.proprioception ?? [] }
    return state(found, proprioception: Tensor(felt, shape: [observations.count, 4]))
  }

  /// What the head is told: what was found, and where that lies from the gripper.
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
