import Foundation
import NanoVLA
import TestSupport
import Tensors
import Testing

@testable import Runs

@Suite struct InpaintingTests {
  private func head(K: Int, A: Int, hidden: Int) -> FlowMatchingHead {
    var random = SeededRandom(seed: 1)
    let space = ActionSpace(
      (0..<A).map { .init("\($0)", unit: "meters", bounds: -1...1) },
      gripperConvention: .positiveClosed)
    return FlowMatchingHead(
      .init(hidden: hidden), for: .init(inputs: 2, chunk: K, space: space), using: &random)
  }

  @Test("the correction is the gradient of the masked error, by finite differences")
  func gradient() {
    let (N, K, A) = (2, 3, 2)
    let head = head(K: K, A: A, hidden: 8)
    unsettle(head)
    head.freeze()
    let (state, x, given) = (uniform(N, 2), uniform(N, K, A, seed: 2), uniform(N, K, A, seed: 3))
    let mask: [Float] = [1, 0.3, 0]
    for t: Float in [1, 0.6, 0.1] {
      let (velocity, gradient) = withoutGradient {
        head.correction(of: x, at: t, state, toward: given, Tensor(mask, shape: [1, K, 1]))
      }
      func v(_ x: [Float]) -> [Float] {
        head.velocity(Tensor(x, shape: [N, K, A]), at: [t, t], state).values
      }
      #expect(velocity.values == v(x.values))
      // Half the squared error, weighted by the mask; its negative gradient leads to `given`.
      func loss(_ x: [Float]) -> Double {
        zip(x, v(x)).enumerated().reduce(0) { sum, each in
          let error =
            Double(given.values[each.offset]) - Double(each.element.0)
            + Double(t) * Double(each.element.1)
          return sum + 0.5 * Double(mask[each.offset / A % K]) * error * error
        }
      }
      for i in x.values.indices {
        var (up, down) = (x.values, x.values)
        (up[i], down[i]) = (up[i] + 0x1p-7, down[i] - 0x1p-7)
        #expect(abs(Double(gradient.values[i]) + (loss(up) - loss(down)) / 0x1p-6) < 2e-3)
      }
    }
  }

  @Test("of two equally good plans, inpainting continues the one that has begun")
  func modes() {
    let (N, K) = (64, 6)
    let head = head(K: K, A: 1, hidden: 32)
    // All six actions are +0.8 or all are −0.8.
    let plans = (0..<N).flatMap { n in Array(repeating: Float(n % 2 == 0 ? 0.8 : -0.8), count: K) }
    let expert = ActionChunks(
      actions: Tensor(plans, shape: [N, K, 1]), weights: .full([N, K, 1], 1))
    let state = Tensor.zeros([N, 2])
    head.learn(state, expert, steps: 800)
    head.freeze()
    let mask = SoftMask(chunk: K, delay: 2, executionHorizon: 2).weights  // ends in two zeros
    func sampled(toward given: Float, where mask: [Float]) -> [[Float]] {
      var random = SeededRandom(seed: 4)
      let actions = withoutGradient {
        head.actions(
          for: state, agreeingWith: .full([N, K, 1], given), where: mask, using: &random)
      }.values
      return (0..<N).map { Array(actions[$0 * K..<($0 + 1) * K]) }
    }
    for given: Float in [0.8, -0.8] {
      let free = sampled(toward: given, where: Array(repeating: 0, count: K))
      let guided = sampled(toward: given, where: mask)
      func agreeing(_ plans: [[Float]]) -> Int { plans.count { $0[K - 1] * given > 0 } }
      func prefixError(_ plans: [[Float]]) -> Float {
        plans.flatMap { $0.prefix(2) }.map { abs($0 - given) }.reduce(0, +) / Float(2 * N)
      }
      #expect((16...48).contains(agreeing(free)) && agreeing(guided) >= 54)
      #expect(prefixError(free) > 0.4 && prefixError(guided) < 0.2)
    }
  }

  @Test("with a mask of zeros the flow is the unguided one")
  func unguided() {
    let head = head(K: 3, A: 2, hidden: 8)
    unsettle(head)
    head.freeze()
    let state = uniform(2, 2)
    var random = SeededRandom(seed: 0)
    let guided = head.actions(
      for: state, agreeingWith: uniform(2, 3, 2), where: [0, 0, 0], using: &random)
    #expect(maximumDifference(guided.values, head.actions(for: state).values) < 1e-6)
  }

  @Test("the guidance weight is the paper's, at most 5")
  func guidance() {
    // By hand from min(β, (1 − τ)/τ · (τ² + (1 − τ)²)/(1 − τ)²) with τ = 1 − t.
    for (t, expected) in [(1, 5), (0.9, 5), (0.8, 4.25), (0.5, 2), (0.2, 4.25), (0.1, 5)]
      as [(Float, Float)]
    { #expect(abs(FlowMatchingHead.guidance(at: t) - expected) < 1e-5, "\(t)") }
  }

  @Test("the mask is 1 on what is committed, 0 where the old chunk has ended, and falls between")
  func mask() {
    // c = 4/5, 3/5, 2/5, 1/5 times (eᶜ − 1)/(e − 1), by a calculator.
    let expected: [Float] = [1, 1, 0.570589, 0.287072, 0.114492, 0.025770, 0, 0, 0, 0]
    let mask = SoftMask(chunk: 10, delay: 2, executionHorizon: 4)
    #expect(maximumDifference(mask.weights, expected) < 1e-5)
    #expect(SoftMask(chunk: 6, delay: 3, executionHorizon: 3).weights == [1, 1, 1, 0, 0, 0])
    #expect(SoftMask(chunk: 2, delay: 1, executionHorizon: 1).weights == [1, 0])
  }

  @Test("blending is the weighted mean, exact at both ends")
  func blending() {
    func actions(_ values: [Float]) -> [NormalizedAction] { values.map { NormalizedAction([$0]) } }
    let mask = SoftMask(chunk: 5, delay: 1, executionHorizon: 2)
    let (w1, w2) = (mask.weights[1], mask.weights[2])
    #expect(0 < w2 && w2 < w1 && w1 < 1)
    let blended = mask.blended(actions([0, 0, 0, 0.1, 0.2]), with: actions([0.7, 1, 1]))
    #expect(blended == actions([0.7, w1, w2, 0.1, 0.2]))
  }
}
