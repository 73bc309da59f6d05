import NanoVLA

extension ClosedLoop {
  /// The success rate of `policy` on the initial states `seeds`, of which each rank runs its share.
  /// - Throws: as ``ClosedLoop`` does, on all ranks.
  public func successRate(
    of policy: VLA, seeds: [UInt64], among ranks: any Communicator
  ) throws -> SuccessRate {
    let share = ranks.share(of: seeds.count)
    let mine = try ranks.together {
      try share.isEmpty ? SuccessRate([]) : SuccessRate(of: self(policy, seeds: seeds[share]))
    }
    let successes = ranks.gatherNumbers([mine.successes]).flatMap { $0 }
    return SuccessRate(successes: successes.reduce(0, +), episodes: seeds.count)
  }
}
