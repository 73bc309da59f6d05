import NanoVLA
import Tabletop

/// What the recorded actions and the recorded motion say about one another: an action dx must be
/// followed by a motion along x, in proportion, and a closing gripper by a closed one.
///
/// - Letters: a(t) action, s(t) proprioception [x, y, z, closed], Δ(t) = s(t + 1) − s(t).
public struct Motion {
  /// Correlations of Δ of x, y, z (rows) with dx, dy, dz (columns), and with the actions of the step
  /// before and after.
  let same, before, after: [[Double]]
  /// Least-squares Δ per unit of action, of x, y, z.
  let slopes: [Double]
  /// The fraction of steps after which the gripper is as the action says.
  let gripper: Double
  private let steps: Int

  public init(_ demonstrations: [Demonstration]) {
    var (motion, actions): ([[Double]], [[Double]]) = ([], [])
    var (early, late): ([[Double]], [[Double]]) = ([], [])
    var agree: [Bool] = []
    for demonstration in demonstrations {
      let (a, s) = (demonstration.actions, demonstration.proprioception)
      for t in a.indices.dropLast() {
        agree.append((a[t][6] > 0) == (s[t + 1][3] > 0.5))
        guard t > 0 else { continue }
        motion.append((0..<3).map { Double(s[t + 1][$0] - s[t][$0]) })
        actions.append(a[t][..<3].map(Double.init))
        early.append(a[t - 1][..<3].map(Double.init))
        late.append(a[t + 1][..<3].map(Double.init))
      }
    }
    func table(_ actions: [[Double]]) -> [[Double]] {
      (0..<3).map { row in
        (0..<3).map { column in
          correlation(motion.map { $0[row] }, actions.map { $0[column] })
        }
      }
    }
    (same, before, after) = (table(actions), table(early), table(late))
    slopes = (0..<3).map { d in
      let square = actions.reduce(0) { $0 + $1[d] * $1[d] }
      let product = zip(motion, actions).reduce(0) { $0 + $1.0[d] * $1.1[d] }
      return square > 0 ? product / square : 1
    }
    gripper = agree.isEmpty ? 1 : Double(agree.count { $0 }) / Double(agree.count)
    steps = motion.count
  }

  /// What is wrong; nil if nothing is, or if there are too few steps to tell.
  public var failure: (Cause, String)? {
    guard steps >= 20 else { return nil }
    let names = ["x", "y", "z"]
    if gripper < 0.5 {
      return (.gripperSign, "the gripper does the opposite in \(percent(1 - gripper)) of the steps")
    }
    let own = (0..<3).map { same[$0][$0] }
    for (table, name) in [(before, "before"), (after, "after")] {
      let shifted = table[0][0] + table[1][1] + table[2][2]
      if shifted > own[0] + own[1] + own[2] + 0.3, shifted > 1.8 {
        return (.actionLag, "the motion follows the action of the step \(name)")
      }
    }
    if let d = own.indices.first(where: { own[$0] < -0.4 }) {
      return (.actionSign, "\(names[d]) moves against d\(names[d])")
    }
    for d in 0..<3 {
      let best = (0..<3).max { same[d][$0] < same[d][$1] }!
      if best != d, same[d][best] > 0.5, same[d][best] > own[d] + 0.3 {
        return (.actionOrder, "\(names[d]) moves with d\(names[best])")
      }
    }
    if let d = slopes.indices.first(where: { own[$0] > 0.5 && !(0.6...1.6 ~= slopes[$0]) }) {
      return (.actionScale, "\(names[d]) moves by \(rounded(slopes[d])) of d\(names[d])")
    }
    return nil
  }
}

/// Pearson's correlation; 0 if one of them never changes.
func correlation(_ a: [Double], _ b: [Double]) -> Double {
  let n = Double(a.count)
  guard n > 1 else { return 0 }
  let (meanA, meanB) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    ab += (x - meanA) * (y - meanB)
    aa += (x - meanA) * (x - meanA)
    bb += (y - meanB) * (y - meanB)
  }
  return aa > 1e-12 && bb > 1e-12 ? ab / (aa * bb).squareRoot() : 0
}

/// "0.42"
func rounded(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
/// "42 %"
func percent(_ value: Double) -> String { "\(Int((100 * value).rounded())) %" }
