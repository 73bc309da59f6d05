import NanoVLA
import Tabletop

/// How often a policy succeeds, by the delay and by the ``Execution``.
///
/// The policy decides as often as it can, one decision at a time: s = max(1, d) actions are executed
/// between two decisions.
public struct DelaySweep {
  /// d, in steps.
  public let delays: [Int]
  private let rates: [Execution: [SuccessRate]]

  /// - Throws: ``DelayError`` if the policy's chunks are too short for a delay, and what the
  ///   environment throws.
  public init(
    _ policy: VLA, in environment: some Environment, delays: some Sequence<Int>,
    seeds: some Sequence<UInt64>
  ) throws {
    let (all, seeds) = (Array(delays), Array(seeds))
    var rates: [Execution: [SuccessRate]] = [:]
    for execution in Execution.allCases {
      rates[execution] = try all.enumerated().map { place, delay in
        // Without a delay all executions are the same, episode by episode.
        if delay == 0, let same = rates.values.first { return same[place] }
        let loop = DelayedLoop(
          in: environment, execution, delay: delay, executionHorizon: max(1, delay))
        return SuccessRate(of: try loop(policy, seeds: seeds))
      }
    }
    (self.delays, self.rates) = (all, rates)
  }

  /// The success rate with one of the ``delays``.
  public subscript(_ execution: Execution, delay delay: Int) -> SuccessRate {
    guard let place = delays.firstIndex(of: delay) else {
      fatalError("DelaySweep: a delay of \(delay) steps, measured are \(delays)")
    }
    return rates[execution]![place]
  }

  /// The success rates (y) by delay (x) of each execution: the curves of a chart.
  public var curves: [(name: String, points: [(x: Double, y: Double)])] {
    Execution.allCases.map { execution in
      (execution.rawValue, zip(delays, rates[execution]!).map { (Double($0), $1.rate) })
    }
  }
}

extension HeadTrial {
  /// The success rates (y) by delay (x) of each execution, on held-out layouts of `world`.
  /// - Throws: as ``DelaySweep/init(_:in:delays:seeds:)``.
  public func successByDelay(
    _ delays: some Sequence<Int>, episodes count: Int, in world: TabletopEnvironment
  ) throws -> [(name: String, points: [(x: Double, y: Double)])] {
    try DelaySweep(policy, in: world, delays: delays, seeds: Suite.heldOutSeeds(count)).curves
  }
}
