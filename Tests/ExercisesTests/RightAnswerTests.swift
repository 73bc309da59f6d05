import Foundation
import Tensors
import Testing

@testable import Exercises

/// Right answers that are written differently from the solutions: they pass.
@Suite struct RightAnswerTests {
  @Test("loops over single numbers instead of tensor operations")
  func loops() {
    let backward = LinearBackward.verdict { g, x, w in
      let (N, I, O) = (x.dim(0), x.dim(1), w.dim(0))
      var (dx, dw, db) = (Tensor.zeros(x.shape), Tensor.zeros(w.shape), Tensor.zeros([O]))
      for n in 0..<N {
        let (row, out) = (x.rows(at: [n]), g.rows(at: [n]))
        dw = dw + out.transposed(0, 1).matmul(row)
        db = db + out.reshaped([O])
        dx = n == 0 ? out.matmul(w) : Tensor.concatenated([dx, out.matmul(w)], axis: 0)
      }
      return (x: dx.reshaped([N, I]), weight: dw, bias: db)
    }
    #expect(backward.isRight, "\(backward.text)")

    let patches = Patches.verdict { images, S in
      let (B, H, W, C) = (images.dim(0), images.dim(1), images.dim(2), images.dim(3))
      var values: [Float] = []
      for b in 0..<B {
        for top in stride(from: 0, to: H, by: S) {
          for left in stride(from: 0, to: W, by: S) {
            for y in top..<top + S {
              for x in left..<left + S { for c in 0..<C { values.append(images[b, y, x, c]) } }
            }
          }
        }
      }
      return Tensor(values, shape: [B, H / S * (W / S), S * S * C])
    }
    #expect(patches.isRight, "\(patches.text)")
  }

  @Test("attention with a scaled query, and a softmax from exponentials")
  func attention() {
    let verdict = PlainAttention.verdict { query, key, value, mask in
      let scaled = query * powf(Float(query.dim(3)), -0.5)
      var scores = scaled.matmul(key.transposed(2, 3))
      if let mask { scores = mask + scores }
      let powers = scores.exp()
      return (powers / powers.sum(axis: 3, keepingDimension: true)).matmul(value)
    }
    #expect(verdict.isRight, "\(verdict.text)")
  }

  @Test("a loss from crossEntropy, from log and softmax, or from the log-sum-exp")
  func losses() {
    let whole = BinCrossEntropy.verdict { logits, targets in
      crossEntropy(logits.reshaped([targets.count, logits.dim(2)]), targets: targets)
    }
    #expect(whole.isRight, "\(whole.text)")
    let split = BinCrossEntropy.verdict { logits, targets in
      let B = logits.dim(2)
      let rows = logits.reshaped([targets.count * B, 1])
      let chosen = rows.rows(at: targets.enumerated().map { $0 * B + $1 })
      let sums = logits.exp().sum(axis: 2).log()
      return sums.mean() - chosen.mean()
    }
    #expect(split.isRight, "\(split.text)")
  }

  @Test("the objective with another small constant and with the mean of both gains")
  func policyLoss() {
    let verdict = PolicyLoss.verdict { rewards, new, old, low, high in
      let mean = rewards.reduce(0, +) / Float(rewards.count)
      let centered = rewards.map { $0 - mean }
      let std = sqrt(centered.map { $0 * $0 }.reduce(0, +) / Float(rewards.count - 1))
      let A = Tensor(centered.map { $0 / max(std, 1e-8) }, shape: new.shape)
      let ratio = new.exp() / old.exp()
      let (free, clipped) = (ratio * A, ratio.clamped(to: 1 - low...1 + high) * A)
      let smaller = (free + clipped - (free - clipped).abs()) * 0.5
      return smaller.sum() / -Float(rewards.count)
    }
    #expect(verdict.isRight, "\(verdict.text)")
  }

  @Test("flow matching from action + t (noise − action), and the gradients cleared first")
  func others() {
    let flow = FlowLoss.verdict { actions, noise, times, velocity in
      let direction = noise - actions
      let x = actions + Tensor(times, shape: [times.count, 1, 1]) * direction
      let error = velocity(x, times) - direction
      return (error * error).sum() / Float(error.count)
    }
    #expect(flow.isRight, "\(flow.text)")

    let training = TrainingSteps.verdict { parameters, count, rate, loss in
      parameters.forEach { $0.gradient = nil }
      var total = loss(0)
      for m in 1..<max(count, 1) { total = total + loss(m) }
      let mean = total / Float(count)
      mean.backward()
      for p in parameters {
        p.values = zip(p.values, p.gradient!.values).map { $0 - rate * $1 }
      }
      return mean.item
    }
    #expect(training.isRight, "\(training.text)")

    let robot = RobotUnits.verdict { classes, bins, q01, q99, mask in
      let step = 2 / Double(bins - 1)
      let edges: [Double] = (0..<bins).map { Double($0) * step - 1 }
      let centers: [Double] = zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }
      return classes.indices.map { (a: Int) -> Float in
        let x = centers[min(classes[a], centers.count - 1)]
        let high = (x + 1) * Double(q99[a])
        let low = (1 - x) * Double(q01[a])
        return Float(mask[a] ? (high + low) / 2 : x)
      }
    }
    #expect(robot.isRight, "\(robot.text)")
  }
}
