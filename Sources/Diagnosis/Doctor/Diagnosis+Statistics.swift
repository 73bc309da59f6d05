import NanoVLA
import Tabletop

/// The second rung: are the policy's statistics those of the demonstrations?
extension Diagnosis {
  func statistics() throws -> Finding {
    let data = try ActionStatistics(of: demonstrations)
    let (mine, theirs) = (policy.statistics, data)
    let d = (0..<mine.count).filter { mine.mask[$0] }
    // The statistics of the very same demonstrations must be equal; of others, similar.
    let isSame = mine.transitions == theirs.transitions && mine.trajectories == theirs.trajectories
    let tolerance: Float = isSame ? 0.02 : 0.25
    let distances = d.map { distance(mine.action, theirs.action, $0) }
    guard let worst = distances.max(), worst > tolerance else {
      let nearest = percent(Double(distances.max() ?? 0))
      return .passes("q01 and q99 within \(nearest) of the range")
    }
    let dimension = policy.space.dimensions[d[distances.firstIndex(of: worst)!]].name
    let (cause, text) = statisticsCause(mine, theirs, d, tolerance)
    return .fault(
      cause, "\(dimension) differs by \(percent(Double(worst))) of the range", evidence: text)
  }

  /// The larger distance of a quantile, as a fraction of the data's range; where the data never move,
  /// in the action's unit.
  private func distance(_ a: DimensionStatistics, _ b: DimensionStatistics, _ d: Int) -> Float {
    let range = b.q99[d] - b.q01[d]
    let gap = max(abs(a.q01[d] - b.q01[d]), abs(a.q99[d] - b.q99[d]))
    return range > 1e-6 ? gap / range : gap
  }

  private func statisticsCause(
    _ mine: ActionStatistics, _ data: ActionStatistics, _ d: [Int], _ tolerance: Float
  ) -> (Cause, String) {
    let (a, b) = (mine.action, data.action)
    func fits(_ low: (Int) -> Float, _ high: (Int) -> Float) -> Bool {
      let moving = d.filter { b.q99[$0] - b.q01[$0] > 1e-6 }
      return moving.allSatisfy {
        let range = max(high($0) - low($0), 1e-6)
        return abs(a.q01[$0] - low($0)) < 0.05 * range && abs(a.q99[$0] - high($0)) < 0.05 * range
      }
    }
    if fits({ _ in -1 }, { _ in 1 }) {
      return (.noStatistics, "q01 and q99 are −1 and +1: normalized numbers go to the motors")
    }
    if fits({ _ in 0 }, { _ in 1 }) { return (.noStatistics, "q01 and q99 are 0 and 1") }
    if fits({ b.min[$0] }, { b.max[$0] }) {
      return (.minMaxAsQuantiles, "q01 and q99 are the data's minimum and maximum")
    }
    for k: Float in [1, 2, 3]
    where fits({ b.mean[$0] - k * b.std[$0] }, { b.mean[$0] + k * b.std[$0] }) {
      return (.otherNormalization, "q01 and q99 are the data's mean ± \(Int(k)) deviations")
    }
    for i in d {
      for j in d where j > i {
        var order = Array(0..<mine.count)
        order.swapAt(i, j)
        let isExchange = d.allSatisfy { e in
          let range = max(b.q99[order[e]] - b.q01[order[e]], 1e-3)
          return abs(a.q01[e] - b.q01[order[e]]) < 0.02 * range
            && abs(a.q99[e] - b.q99[order[e]]) < 0.02 * range
        }
        if isExchange {
          let names = policy.space.dimensions.map(\.name)
          return (.actionOrder, "the statistics of \(names[i]) and \(names[j]) are exchanged")
        }
      }
    }
    let factors = d.filter { b.q99[$0] - b.q01[$0] > 1e-6 }.map {
      Double((a.q99[$0] - a.q01[$0]) / (b.q99[$0] - b.q01[$0]))
    }
    return (
      .wrongStatistics,
      "the policy's ranges are \(factors.map(rounded).joined(separator: ", ")) times the data's"
    )
  }
}
