import Files
import Tensors

/// The proof that all ranks still have the same weights.
///
/// Nothing sends weights from rank to rank: they stay the same because all ranks take the same steps. A
/// machine with faulty memory, or another library, would drift away unnoticed. So a hash of the
/// weights, the optimizer's state and the random numbers is compared before each checkpoint.
extension Communicator {
  /// - Parameter moment: of the run, such as "step 200".
  /// - Throws: ``RankError`` of the first rank whose state is not that of rank 0.
  func checkSameState(of optimizer: AdamW, _ random: SeededRandom, after moment: String) throws {
    guard count > 1 else { return }
    var hash = FNV1a()
    for parameter in optimizer.parameters { hash.add(parameter.values) }
    let state = optimizer.state
    for moments in state.firstMoments + state.secondMoments { hash.add(moments) }
    hash.add("\(state.steps) \(state.idleSteps) \(random.state)".utf8)
    try checkSame(hash.hexadecimal) { first, other in
      "after \(moment) its weights are not those of rank 0 (hash \(other), not \(first)), so no "
        + "checkpoint is written; check its machine, and resume from the last checkpoint"
    }
  }
}
