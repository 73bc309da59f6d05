import Foundation
import NanoVLA
import Tabletop
import Tensors

/// Faults of the output that a comparison of predicted and demonstrated numbers shows.
extension Diagnosis {
  /// Whether most predicted numbers are one bin, or two, off the expert's bin: even numbers that
  /// never change are then.
  func binShift(
    _ predicted: [[NormalizedAction]], _ frames: Frames
  ) -> (Cause, String)? {
    let (A, K) = (policy.space.count, policy.head.chunk)
    guard let pose = policy.space.mask.firstIndex(of: true) else { return nil }
    /// What the head can output nearest to `actions`, each for a whole chunk, since a head may
    /// quantize a chunk as one: N actions → the first of each of N chunks.
    func quantized(_ actions: [[Float]]) -> [[Float]] {
      let chunks = actions.flatMap { action in (0..<K).flatMap { _ in action } }  // → N·K·A
      let nearest = policy.head.quantized(Tensor(chunks, shape: [actions.count, K, A])).values
      return actions.indices.map { Array(nearest[$0 * K * A..<($0 * K + 1) * A]) }
    }
    let ramp = (0...4000).map { Array(repeating: -1 + Float($0) / 2000, count: A) }
    let grid = Set(quantized(ramp).map { $0[pose] }).sorted()
    guard (3...1024).contains(grid.count), A > 1 else { return nil }
    let width = (grid[grid.count - 1] - grid[0]) / Float(grid.count - 1)
    var counts: [Int: Int] = [:]
    for (chunk, expert) in zip(predicted, frames.expert) {
      guard let target = try? policy.statistics.normalized(expert[0]).values else { continue }
      let nearest = quantized([target])[0]
      for (x, y) in zip(chunk[0].values, nearest) where abs(y) < 0.9 {
        counts[Int(((x - y) / width).rounded()), default: 0] += 1
      }
    }
    let all = counts.values.reduce(0, +)
    guard all > 20, let most = counts.max(by: { $0.value < $1.value }), most.key != 0,
      abs(most.key) <= 2, most.value * 2 > all
    else { return nil }
    return (
      .offByOneToken,
      "\(percent(Double(most.value) / Double(all))) of the numbers are "
        + "\(most.key > 0 ? "+" : "−")\(abs(most.key)) bin off"
    )
  }

  /// Whether the first action fits the step before or after better than its own.
  func lag(
    _ chunks: [[[Float]]], _ frames: Frames, _ ruler: ActionRuler, _ own: Agreement
  ) -> (Cause, String)? {
    let first = chunks.map { $0[0] }
    for (others, name) in [(frames.before, "before"), (frames.after, "after")] {
      let rows = others.indices.filter { others[$0] != nil }
      let other = ruler.agreement(rows.map { first[$0] }, rows.map { others[$0]?.values })
      let same = ruler.agreement(
        rows.map { first[$0] }, rows.map { frames.expert[$0][0].values })
      guard other.isClearlyBetter(than: same) else { continue }
      // In a reversed chunk another of its actions fits this step.
      let later = (1..<max(1, policy.head.chunk)).contains { k in
        name == "after"
          && ruler.agreement(chunks.map { $0[k] }, frames.expert.map { $0[0].values })
            .isClearlyBetter(than: own)
      }
      return (
        later ? .chunkOrder : .actionLag,
        "the first action fits the step \(name) (error \(rounded(Double(other.error))))"
      )
    }
    return nil
  }

  /// Whether a number is in proportion to the expert's, but too large or too small.
  func scale(
    _ predicted: [[Float]], _ expert: [[Float]], _ ruler: ActionRuler, _ own: Agreement
  ) -> (Cause, String)? {
    for d in ruler.moving where ruler.space.mask[d] {
      let (p, e) = (predicted.map { Double($0[d]) }, expert.map { Double($0[d]) })
      let slope = zip(p, e).reduce(0) { $0 + $1.0 * $1.1 } / e.reduce(1e-12) { $0 + $1 * $1 }
      let scaled = predicted.map { action in
        action.indices.map { $0 == d ? action[$0] / Float(slope) : action[$0] }
      }
      if correlation(p, e) > 0.8, !(0.75...1.3 ~= slope),
        ruler.agreement(scaled, expert).isClearlyBetter(than: own, by: 0.2),
        ruler.agreement(scaled, expert).error < 0.2
      {
        let name = ruler.space.dimensions[d].name
        return (.actionScale, "\(name) is \(rounded(slope)) times the expert's")
      }
    }
    return nil
  }
}
