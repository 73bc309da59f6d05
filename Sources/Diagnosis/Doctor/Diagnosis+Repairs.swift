import NanoVLA
import Tabletop
import Tensors

/// Undoes one possible fault after another.
extension Diagnosis {
  /// The change after which the policy agrees best with its demonstrations; nil if none is clearly
  /// better than the policy as it is.
  func bestRepair(
    _ frames: Frames, _ normalized: [[NormalizedAction]], _ expert: [[Float]],
    _ ruler: ActionRuler, _ own: Agreement
  ) throws -> (Repair, Agreement)? {
    let words = Set(
      demonstrations.flatMap { $0.instruction.split(separator: " ") }.map(String.init))
    var repairs = Repair.ofOutput(ruler, chunk: policy.head.chunk)
    if policy.usesProprioception { repairs += Repair.ofState(4) }
    repairs += Repair.ofImage
    if own.error > 0.15 { repairs += Repair.ofWords(words.sorted().prefix(16).map { $0 }) }
    var best: (Repair, Agreement)?
    func consider(_ repair: Repair, _ chunks: [[NormalizedAction]]) throws {
      let actions = try chunks.map { chunk in
        let action = repair.action?(chunk.map(\.values)) ?? chunk[0].values
        let robot = try policy.statistics.robotAction(NormalizedAction(action)).values
        return repair.robotAction?(robot) ?? robot
      }
      let agreement = ruler.agreement(actions, expert)
      guard agreement.isClearlyBetter(than: own) else { return }
      if best.map({ agreement.error < $0.1.error }) ?? true { best = (repair, agreement) }
    }
    for repair in repairs {
      let isOfInput = repair.observation != nil || repair.instruction != nil
      let edited = frames.edited(observation: repair.observation, instruction: repair.instruction)
      try consider(repair, isOfInput ? edited.predictions(policy) : normalized)
    }
    for (repair, chunks) in try exchangedStates(frames) { try consider(repair, chunks) }
    return best
  }

  /// The predictions with two numbers of the head's input exchanged, of each two.
  private func exchangedStates(_ frames: Frames) throws -> [(Repair, [[NormalizedAction]])] {
    let states = try frames.states(policy)  // [N, S]
    let (N, S) = (states.dim(0), states.dim(1))
    guard (2...64).contains(S) else { return [] }
    var random = SeededRandom(seed: 1)
    return (0..<S).flatMap { i in
      (i + 1..<S).map { j in
        var values = states.values
        for n in 0..<N { values.swapAt(n * S + i, n * S + j) }
        let exchanged = Tensor(values, shape: [N, S])
        let repair = Repair(
          cause: policy.usesProprioception && i >= S - 4 ? .stateOrder : .wrongState,
          text: "numbers \(i) and \(j) of \(S) of the state exchanged")
        return (repair, withoutGradient { policy.chunks(for: exchanged, using: &random) })
      }
    }
  }
}
