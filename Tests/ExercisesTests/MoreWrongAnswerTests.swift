import Foundation
import Tensors
import Testing

@testable import Exercises

/// Wrong answers as students write them, for the exercises from 8 on.
@Suite struct MoreWrongAnswerTests {
  private func expect(_ verdict: Verdict, names words: String) {
    #expect(!verdict.isRight, "\(words)")
    #expect(verdict.text.contains("  mistake   "), "\(words): \(verdict.text)")
    #expect(verdict.text.contains(words), "\(verdict.text)")
  }

  @Test("8: padding in the mean, wrong divisor, inverted mask, last token, bias")
  func pooledState() {
    func check(
      _ words: String, hasBias: Bool = true,
      _ shares: @escaping ([Bool]) -> [Float] = { row in
        row.map { $0 ? 1 / Float(row.count { $0 }) : 0 }
      }
    ) {
      let verdict = PooledState.verdict { tokens, isToken, weight, bias in
        let (B, T, D) = (tokens.dim(0), tokens.dim(1), tokens.dim(2))
        let mean = Tensor(isToken.flatMap(shares), shape: [B, 1, T]).matmul(tokens)
        return mean.reshaped([B, D]).linear(weight: weight, bias: hasBias ? bias : nil)
      }
      expect(verdict, names: words)
    }
    check("the padding is in the mean") { row in row.map { _ in 1 / Float(row.count) } }
    check("divided by T") { row in row.map { $0 ? 1 / Float(row.count) : 0 } }
    check("the sum of the tokens") { row in row.map { $0 ? 1 : 0 } }
    check("isToken is inverted") { row in row.map { $0 ? 0 : 1 / Float(row.count { !$0 }) } }
    check("at position T − 1") { row in row.indices.map { $0 == row.count - 1 ? 1 : 0 } }
    check("the last token") { row in row.indices.map { $0 == row.lastIndex(of: true) ? 1 : 0 } }
    check("the bias is missing", hasBias: false)
  }

  @Test("9: without α/r, α or r alone, rank of the wrong axis, transposed")
  func merged() {
    func check(_ words: String, _ wrong: @escaping MergedLoRA.Function) {
      expect(MergedLoRA.verdict(on: wrong), names: words)
    }
    check("α/r is missing") { w, a, b, _ in w + b.matmul(a) }
    check("α alone") { w, a, b, alpha in w + b.matmul(a) * alpha }
    check("1/r alone") { w, a, b, _ in w + b.matmul(a) / Float(a.dim(0)) }
    check("number of ROWS of A") { w, a, b, alpha in w + b.matmul(a) * (alpha / Float(a.dim(1))) }
    check("transposed") { w, a, b, alpha in
      let update = b.matmul(a) * (alpha / Float(a.dim(0)))
      return w + (w.dim(0) == w.dim(1) ? update.transposed(0, 1) : update)
    }
    check("weight is missing") { _, a, b, alpha in b.matmul(a) * (alpha / Float(a.dim(0))) }
  }

  @Test("10: advantage not centered, biased deviation, sides of the clip, larger gain, sign")
  func policyLoss() {
    func check(
      _ words: String, centered: Bool = true, degrees: Float = 1, swaps: Bool = false,
      ratio: @escaping (Tensor, Tensor) -> Tensor = { ($0 - $1).exp() },
      gain: @escaping (Tensor, Tensor) -> Tensor = { $0 - ($0 - $1).relu() },
      end: @escaping (Tensor) -> Tensor = { $0.mean() * -1 }
    ) {
      let verdict = PolicyLoss.verdict { rewards, new, old, low, high in
        let mean = rewards.reduce(0, +) / Float(rewards.count)
        let squares = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let std = (squares / (Float(rewards.count) - degrees)).squareRoot()
        let advantages = Tensor(
          rewards.map { ($0 - (centered ? mean : 0)) / (std + 1e-6) }, shape: [rewards.count])
        let r = ratio(new, old)
        let range = swaps ? 1 - high...1 + low : 1 - low...1 + high
        return end(gain(r * advantages, r.clamped(to: range) * advantages))
      }
      expect(verdict, names: words)
    }
    check("not centered", centered: false)
    check("divides by G:", degrees: 0)
    check("sides are swapped", swaps: true)
    check("ratio is inverted", ratio: { ($1 - $0).exp() })
    check("difference of logarithms", ratio: { $0 - $1 })
    check("not clipped", gain: { free, _ in free })
    check("only the clipped gain", gain: { _, clipped in clipped })
    check("the larger of the two", gain: { $1 + ($0 - $1).relu() })
    check("sign is missing", end: { $0.mean() })
    check("the sum over the rollouts", end: { $0.sum() * -1 })
  }

  @Test("11: offsets of the file, length field, byte order, float16")
  func storedNumbers() {
    func check(
      _ words: String,
      start: @escaping ([UInt8]) -> Int = { file in
        8 + (0..<8).reduce(0) { $0 + Int(file[$1]) << (8 * $1) }
      },
      number: @escaping (UInt32, UInt32) -> Float = { Float(bitPattern: ($1 << 8 | $0) << 16) }
    ) {
      let verdict = StoredNumbers.verdict { file, offsets in
        stride(from: offsets.lowerBound, to: offsets.upperBound, by: 2).map { offset in
          let place = start(file) + offset
          return number(UInt32(file[place]), UInt32(file[place + 1]))
        }
      }
      expect(verdict, names: words)
    }
    check("from the start of the file", start: { _ in 0 })
    check(
      "are not skipped",
      start: { file in (0..<8).reduce(0) { $0 + Int(file[$1]) << (8 * $1) } })
    check("only the first byte", start: { 8 + Int($0[0]) })
    check("wrong order", number: { Float(bitPattern: ($0 << 8 | $1) << 16) })
    check("lower half", number: { Float(bitPattern: $1 << 8 | $0) })
    check("as an integer", number: { Float($1 << 8 | $0) })
    #if !os(macOS)
      check("read as float16", number: { Float(Float16(bitPattern: UInt16($1 << 8 | $0))) })
    #endif
  }

  @Test("12: gradients not cleared, not averaged, a step for each batch, ascent, wrong loss")
  func trainingStep() {
    func check(
      _ words: String, clears: Bool = true, scale: @escaping (Int) -> Float = { 1 / Float($0) },
      sign: Float = -1, eachBatch: Bool = false,
      lossOf: @escaping ([Float]) -> Float = {
        $0.reduce(0, +) / Float($0.count)
      }
    ) {
      let verdict = TrainingSteps.verdict { parameters, count, rate, loss in
        func step() {
          for p in parameters {
            guard let g = p.gradient else { continue }
            p.values = zip(p.values, g.values).map { $0 + sign * rate * $1 }
            if clears { p.gradient = nil }
          }
        }
        var losses: [Float] = []
        for m in 0..<count {
          let l = loss(m)
          losses.append(l.item)
          (l * scale(count)).backward()
          if eachBatch { step() }
        }
        if !eachBatch { step() }
        return lossOf(losses)
      }
      expect(verdict, names: words)
    }
    check("of the last step are still there", clears: false)
    check("are summed", scale: { _ in 1 })
    check("each micro-batch makes a step", eachBatch: true)
    check("the step goes up", sign: 1)
    check("do not change", sign: 0)
    check("is the sum of the micro-batches", lossOf: { $0.reduce(0, +) })
    check("of the last micro-batch", lossOf: { $0[$0.count - 1] })
  }

  @Test("13: factors, half step, periods, rounding, direction")
  func coefficients() {
    func check(
      _ words: String,
      height: @escaping (Int, Double) -> Double = { k, T in
        ((k == 0 ? 1 : 2) / T).squareRoot()
      }, half: Double = 0.5, periods: Double = 1, wave: @escaping (Double) -> Double = { cos($0) },
      inverse: Bool = false, round: @escaping (Double) -> Double = { $0.rounded() }
    ) {
      let verdict = CosineCoefficients.verdict { x, scale in
        let T = Double(x.count)
        return x.indices.map { k in
          var sum = 0.0
          for t in x.indices {
            let (row, column) = inverse ? (t, k) : (k, t)
            let angle = periods * Double.pi * Double(row) * (Double(column) + half) / T
            sum += height(row, T) * wave(angle) * Double(x[t])
          }
          return Int(round(sum * Double(scale)))
        }
      }
      expect(verdict, names: words)
    }
    check("√(2/T) is missing", height: { k, _ in k == 0 ? 0.5.squareRoot() : 1 })
    check("too large by √2", height: { _, T in (2 / T).squareRoot() })
    check("instead of t + ½", half: 0)
    check("HALF periods", periods: 2)
    check("sines", wave: { sin($0) })
    check("that is the inverse", inverse: true)
    check("truncated", round: { $0.rounded(.towardZero) })
    check("rounded down", round: { $0.rounded(.down) })
  }
}
