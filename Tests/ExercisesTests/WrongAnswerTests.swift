import Foundation
import Tensors
import Testing

@testable import Exercises

/// Wrong answers as students write them, with the engine: each fails and its mistake is named.
@Suite struct WrongAnswerTests {
  private func expect(_ verdict: Verdict, names words: String) {
    #expect(!verdict.isRight, "\(words)")
    #expect(verdict.text.contains("  mistake   "), "\(words): \(verdict.text)")
    #expect(verdict.text.contains(words), "\(verdict.text)")
  }

  @Test("0: averaged, overwritten, not summed, transposed")
  func linearBackward() {
    func check(
      _ words: String,
      _ change: @escaping (_ g: Tensor, _ x: Tensor, _ w: Tensor, _ right: inout [Tensor]) -> Void
    ) {
      let verdict = LinearBackward.verdict { g, x, w in
        var all = [g.matmul(w), g.transposed(0, 1).matmul(x), g.sum(axis: 0)]
        change(g, x, w, &all)
        return (x: all[0], weight: all[1], bias: all[2])
      }
      expect(verdict, names: words)
    }
    check("weight's gradient is the mean") { g, _, _, all in all[1] = all[1] / Float(g.dim(0)) }
    check("bias's gradient is the mean") { g, _, _, all in all[2] = g.mean(axis: 0) }
    check("still has a row for each") { g, _, _, all in all[2] = g }
    check("weight's gradient is transposed") { g, x, _, all in
      all[1] = x.transposed(0, 1).matmul(g)
    }
    check("those of the last row") { g, x, _, all in
      let last = g.dim(0) - 1
      all[1] = g.rows(at: [last]).transposed(0, 1).matmul(x.rows(at: [last]))
      all[2] = g.rows(at: [last]).sum(axis: 0)
    }
    check("weight transposed") { g, _, w, all in
      if w.dim(0) == w.dim(1) { all[0] = g.matmul(transposed: w) }
    }
  }

  @Test("1: no permutation, column order, transposed pixels, colors first")
  func patches() {
    func check(_ words: String, order: [Int]) {
      let verdict = Patches.verdict { images, S in
        let (B, C) = (images.dim(0), images.dim(3))
        let (rows, columns) = (images.dim(1) / S, images.dim(2) / S)
        return images.reshaped([B, rows, S, columns, S, C]).permuted(order)
          .reshaped([B, rows * columns, S * S * C])
      }
      expect(verdict, names: words)
    }
    check("without permuting", order: [0, 1, 2, 3, 4, 5])
    check("in column order", order: [0, 3, 1, 2, 4, 5])
    check("trade places", order: [0, 1, 3, 4, 2, 5])
    check("the colors come first", order: [0, 1, 3, 5, 2, 4])
  }

  @Test("2: scale, axis of the softmax, mask")
  func attention() {
    func check(
      _ words: String, scale: @escaping (Tensor) -> Float = { 1 / Float($0.dim(3)).squareRoot() },
      mask: @escaping (Tensor, Tensor) -> Tensor = { $0 + $1 },
      weights: @escaping (Tensor) -> Tensor = { $0.softmax() }
    ) {
      let verdict = PlainAttention.verdict { query, key, value, hidden in
        var scores = query.matmul(transposed: key) * scale(query)
        if let hidden { scores = mask(scores, hidden) }
        return weights(scores).matmul(value)
      }
      expect(verdict, names: words)
    }
    check("not divided by √d", scale: { _ in 1 })
    check("divided by d instead", scale: { 1 / Float($0.dim(3)) })
    check("multiplied by √d", scale: { Float($0.dim(3)).squareRoot() })
    check("over the queries", weights: { $0.transposed(2, 3).softmax().transposed(2, 3) })
    check("without a softmax", mask: { s, _ in s }, weights: { $0 })
    check("applied twice", weights: { $0.softmax().softmax() })
    check("mask is inverted", mask: { $0 - $1 })
    check("mask is not used", mask: { s, _ in s })
  }

  @Test("3: heads split and merged by a reshape alone, residual connection, one head")
  func crossAttention() {
    func split(_ x: Tensor, _ H: Int) -> Tensor {
      x.reshaped([x.dim(0), x.dim(1), H, x.dim(2) / H]).transposed(1, 2)
    }
    func attend(_ q: Tensor, _ kv: Tensor, _ values: Tensor? = nil) -> Tensor {
      (q.matmul(transposed: kv) / Float(q.dim(3)).squareRoot()).softmax().matmul(values ?? kv)
    }
    func check(_ words: String, _ wrong: @escaping CrossAttention.Function) {
      expect(CrossAttention.verdict(on: wrong), names: words)
    }
    check("when splitting") { text, image, H in
      func cut(_ x: Tensor) -> Tensor { x.reshaped([x.dim(0), H, x.dim(1), x.dim(2) / H]) }
      return text + attend(cut(text), cut(image)).transposed(1, 2).reshaped(text.shape)
    }
    check("when merging") { text, image, H in
      text + attend(split(text, H), split(image, H)).reshaped(text.shape)
    }
    check("residual connection is missing") { text, image, H in
      attend(split(text, H), split(image, H)).transposed(1, 2).reshaped(text.shape)
    }
    check("image queries the text") { text, image, H in
      image + attend(split(image, H), split(text, H)).transposed(1, 2).reshaped(image.shape)
    }
    check("one head") { text, image, _ in
      text + attend(split(text, 1), split(image, 1)).reshaped(text.shape)
    }
  }

  @Test("4: off by one bin, lower edge, width of a bin, gripper, quantiles")
  func robotAction() {
    func check(
      _ words: String, bin: @escaping (Int, Int) -> Float = { Float(min($0, $1 - 2)) + 0.5 },
      width: @escaping (Int) -> Float = { 2 / Float($0 - 1) }, gripper: Bool = false,
      robot: @escaping (Float, Float, Float) -> Float = { $1 + ($0 + 1) / 2 * ($2 - $1) }
    ) {
      let verdict = RobotUnits.verdict { classes, bins, q01, q99, mask in
        classes.indices.map { a in
          let x = -1 + bin(classes[a], bins) * width(bins)
          return mask[a] || gripper ? robot(x, q01[a], q99[a]) : x
        }
      }
      expect(verdict, names: words)
    }
    check("the bin below", bin: { Float(min($0, $1 - 2)) - 0.5 })
    check("the bin above", bin: { Float(min($0, $1 - 2)) + 1.5 })
    check("not its lower edge", bin: { c, bins in Float(min(c, bins - 2)) })
    check("2/B wide", bin: { c, _ in Float(c) + 0.5 }, width: { 2 / Float($0) })
    check("the last class", bin: { c, _ in Float(c) + 0.5 })
    check("the gripper is un-normalized", gripper: true)
    check("½ is missing", robot: { $1 + ($0 + 1) * ($2 - $1) })
    check("as if it were in 0…1", robot: { $1 + $0 * ($2 - $1) })
    check("trade places", robot: { $2 + ($0 + 1) / 2 * ($1 - $2) })
  }

  @Test("5: sum, double softmax, probability, sign, axis, target, no graph")
  func imitationLoss() {
    func check(
      _ words: String, shift: Int = 0,
      factor: @escaping (Int, Int, Int) -> Float = {
        -1 / Float($0 * $1 + 0 * $2)
      }, logP: @escaping (Tensor) -> Tensor = { $0.logSoftmax() }
    ) {
      let verdict = BinCrossEntropy.verdict { logits, targets in
        let (N, A, B) = (logits.dim(0), logits.dim(1), logits.dim(2))
        let hot = targets.flatMap { t in (0..<B).map { $0 == (t + shift) % B ? Float(1) : 0 } }
        return (logP(logits) * Tensor(hot, shape: [N, A, B])).sum() * factor(N, A, B)
      }
      expect(verdict, names: words)
    }
    check("the sum over all rows", factor: { _, _, _ in -1 })
    check("divided by N:", factor: { N, _, _ in -1 / Float(N) })
    check("N·A·B", factor: { -1 / Float($0 * $1 * $2) })
    check("applied twice", logP: { $0.softmax().logSoftmax() })
    check("without its logarithm", logP: { $0.softmax() })
    check("sign is missing", factor: { N, A, _ in 1 / Float(N * A) })
    check("over the action dimensions", logP: { $0.transposed(1, 2).logSoftmax().transposed(1, 2) })
    check("the bin above the target", shift: 1)
    check("outside of the graph", logP: { $0.detached().logSoftmax() })
    check("without a softmax", logP: { $0 })
  }

  @Test("6: weights reversed or not normalized, wrong index, newest only")
  func ensemble() {
    func check(
      _ words: String, index: @escaping (Int, Int) -> Int = { $0 - $1 },
      weights: @escaping (Int, Float) -> [Float] = { n, m in
        let w = (0..<n).map { exp(-m * Float($0)) }
        return w.map { $0 / w.reduce(0, +) }
      }
    ) {
      let verdict = EnsembleOfChunks.verdict { chunks, t, m in
        let all = chunks.enumerated().filter { t - $0.offset < $0.element.count }
          .map { i, chunk in chunk[min(index(t, i), chunk.count - 1)] }
        let w = weights(all.count, m)
        return all[0].indices.map { a in zip(w, all).reduce(0) { $0 + $1.0 * $1.1[a] } }
      }
      expect(verdict, names: words)
    }
    check(
      "weights are reversed",
      weights: { n, m in
        let w = (0..<n).map { exp(m * Float($0)) }
        return w.map { $0 / w.reduce(0, +) }
      })
    check("do not sum to 1", weights: { n, m in (0..<n).map { exp(-m * Float($0)) } })
    check("all predictions weigh the same", weights: { n, _ in (0..<n).map { _ in 1 / Float(n) } })
    check("off by one", index: { $0 - $1 + 1 })
    check("the first action of each chunk", index: { _, _ in 0 })
    check("only the newest chunk", weights: { n, _ in (0..<n).map { $0 == n - 1 ? 1 : 0 } })
  }

  @Test("7: time and target reversed, target of regression, sum")
  func flowLoss() {
    func check(
      _ words: String,
      mix: @escaping (Tensor, Tensor, Tensor) -> Tensor = { a, n, t in
        t * n + (1 - t) * a
      }, target: @escaping (Tensor, Tensor) -> Tensor = { a, n in n - a },
      reduce: @escaping (Tensor) -> Tensor = { $0.squared().mean() }
    ) {
      let verdict = FlowLoss.verdict { actions, noise, times, velocity in
        let t = Tensor(times, shape: [times.count, 1, 1])
        return reduce(velocity(mix(actions, noise, t), times) - target(actions, noise))
      }
      expect(verdict, names: words)
    }
    check("runs the other way", mix: { a, n, t in t * a + (1 - t) * n })
    check("wrong sign", target: { a, n in a - n })
    check("that is regression", target: { a, _ in a })
    check("as in diffusion", target: { _, n in n })
    check("the sum over all numbers", reduce: { $0.squared().sum() })
    check("mean of the absolute error", reduce: { $0.abs().mean() })
    check("no gradient", reduce: { $0.detached().squared().mean() })
  }
}
