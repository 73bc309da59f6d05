import Foundation
import TestSupport
import Testing
import VLMs

@testable import NanoVLA
@testable import Tabletop
@testable import Tensors

@Suite struct FlowMatchingHeadTests {
  private func head(
    inputs: Int = 2, chunk: Int = 2, dimensions: Int = 2, hidden: Int = 64
  ) -> FlowMatchingHead {
    var random = SeededRandom(seed: 1)
    return FlowMatchingHead(
      .init(hidden: hidden),
      for: .init(inputs: inputs, chunk: chunk, space: ActionSpace(dimensions: dimensions)),
      using: &random)
  }

  @Test("moments are Beta(1.5, 1) · 0.999 + 0.001: mean 0.6, and below x in x^1.5 of all cases")
  func moments() {
    var random = SeededRandom(seed: 4)
    let moments = (0..<20_000).map { _ in Double(FlowMatchingHead.time(using: &random)) }
    #expect(moments.allSatisfy { 0.001 <= $0 && $0 <= 1 })
    let beta = moments.map { ($0 - 0.001) / 0.999 }
    #expect(abs(beta.reduce(0, +) / 20_000 - 0.6) < 0.008)
    for x in [0.1, 0.25, 0.5, 0.75, 0.9] {
      let below = Double(beta.count { $0 < x }) / 20_000
      #expect(abs(below - pow(x, 1.5)) < 0.015, "at \(x)")
    }
  }

  @Test("the loss is (v(tε + (1 − t)a, t) − (ε − a))², averaged over the real steps")
  func loss() {
    let (head, state, expert) = (head(), uniform(6, 2), someChunks(6, 2, 2))
    unsettle(head)
    var random = SeededRandom(seed: 9)  // in the head's order: all moments, then all the noise
    let t = (0..<6).map { _ in Float(pow(Double(random.uniform()), 1 / 1.5) * 0.999 + 0.001) }
    let noise = (0..<24).map { _ in random.normal() }
    let actions = expert.actions.values
    let mixed = (0..<24).map { i -> Float in
      let share = t[i / 4]
      return share * noise[i] + (1 - share) * actions[i]
    }
    let velocity = head.velocity(Tensor(mixed, shape: [6, 2, 2]), at: t, state).values
    var (sum, count) = (0.0, 0.0)
    for i in 0..<24 where expert.weights.values[i / 2] == 1 {
      sum += pow(Double(velocity[i]) - (Double(noise[i]) - Double(actions[i])), 2)
      count += 1
    }
    #expect(abs(Double(head.loss(state, expert, seed: 9).item) - sum / count) < 1e-4)
  }

  @Test("the velocity is that of plain loops over state, actions and time")
  func velocity() {
    let (head, state, x) = (head(hidden: 5), uniform(3, 2), uniform(3, 2, 2, seed: 2))
    unsettle(head)
    let t: [Float] = [0.1, 0.5, 1]
    let time = timeEncoding(t, width: 32)
    func gelu(_ x: Double) -> Double {
      0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
    let expected = (0..<3).flatMap { n -> [Float] in
      var told = state.sliced(axis: 0, n..<n + 1).values
      told += x.sliced(axis: 0, n..<n + 1).values
      told += time.sliced(axis: 0, n..<n + 1).values
      let first = plainLinear(told.map { Double($0) }, head.input).map(gelu)
      let second = plainLinear(first, head.hidden).map(gelu)
      return plainLinear(second, head.output).map { Float($0) }
    }
    let found = head.velocity(x, at: t, state)
    #expect(found.shape == [3, 2, 2])
    #expect(maximumDifference(found.values, expected) < 1e-3)
  }

  @Test("it acts by ten steps of −0.1 from t = 1 to t = 0")
  func euler() {
    let (head, state) = (head(), uniform(5, 2))
    unsettle(head)
    #expect(head.integrationSteps == 10)
    var random = SeededRandom(seed: 6)
    var x = (0..<20).map { _ in random.normal() }
    for step in 0..<10 {
      let t = Array(repeating: 1 - Float(step) * 0.1, count: 5)
      let velocity = head.velocity(Tensor(x, shape: [5, 2, 2]), at: t, state).values
      for i in x.indices { x[i] += -0.1 * velocity[i] }
    }
    let found = head.actions(for: state, seed: 6)
    #expect(found.shape == [5, 2, 2])
    #expect(maximumDifference(found.values, x) < 1e-3)
  }

  @Test("taught one chunk only, it flows there from any noise")
  func oneTarget() {
    let head = head()
    let chunk: [Float] = [0.8, -0.5, 0.1, -0.9]
    let expert = ActionChunks(
      actions: Tensor((0..<64).flatMap { _ in chunk }, shape: [64, 2, 2]),
      weights: .full([64, 2, 1], 1))
    head.learn(.full([64, 2], 1), expert, steps: 600, peak: 5e-3)
    let found = head.actions(for: .full([50, 2], 1), seed: 3).values
    let expected = (0..<50).flatMap { _ in chunk }
    #expect(maximumDifference(found, expected) < 0.15)
  }

  @Test("of two good chunks it does one or the other, whole, where MSE does neither")
  func twoModes() {
    let (head, ways) = (head(), (0..<128).map { Float($0 % 2 == 0 ? 1 : -1) })
    let state = Tensor.full([128, 2], 1)
    let expert = ActionChunks(
      actions: Tensor(ways.flatMap { [$0, $0, $0, $0] }, shape: [128, 2, 2]),
      weights: .full([128, 2, 1], 1))
    head.learn(state, expert, steps: 800, peak: 5e-3)
    let found = head.actions(for: .full([400, 2], 1), seed: 3).values
    let chunks = (0..<400).map { found[4 * $0..<4 * $0 + 4] }
    let left = chunks.count { $0.allSatisfy { abs($0 + 1) < 0.25 } }
    let right = chunks.count { $0.allSatisfy { abs($0 - 1) < 0.25 } }
    #expect(left + right >= 360)
    #expect(min(left, right) >= 120)

    var random = SeededRandom(seed: 1)
    let mse = ContinuousHead(
      .init(error: .squared, hidden: 16),
      for: .init(inputs: 2, chunk: 2, space: ActionSpace(dimensions: 2)),
      using: &random)
    mse.learn(state, expert, steps: 200)
    #expect(mse.actions(for: state).values.allSatisfy { abs($0) < 0.05 })
  }

  @Test("the time's sines, then its cosines, are openpi's")
  func time() {
    // posemb_sincos(t, 6, 4e-3, 4.0) in double precision, at times that a Float holds exactly.
    let golden: [(Float, [Float])] = [
      (0, [0, 0, 0, 1, 1, 1]),
      (0.0009765625, [0.9993224, 0.0484897, 0.001534, 0.0368072, 0.9988237, 0.9999988]),
      (0.375, [-1.0, -0.2203789, 0.5555702, 0.0, 0.9754143, 0.8314696]),
      (0.90625, [-0.3826834, 0.8592521, 0.9891765, -0.9238795, 0.5115523, 0.1467305]),
    ]
    let found = timeEncoding(golden.map(\.0), width: 6)
    #expect(found.shape == [4, 6])
    #expect(maximumDifference(found.values, golden.flatMap(\.1)) < 1e-6)
  }

  @Test("its first loss is 1 and the mean of a², within 3 %")
  func firstLoss() {
    let expert = someChunks(2000, 2, 2)
    let real = (0..<8000).filter { expert.weights.values[$0 / 2] == 1 }
    let squares = real.map { expert.actions.values[$0] * expert.actions.values[$0] }
    let expected = 1 + squares.reduce(0, +) / Float(real.count)
    #expect(abs(head().expectedInitialLoss(expert) / expected - 1) < 1e-4)
    #expect(abs(head().loss(uniform(2000, 2), expert).item / expected - 1) < 0.03)
  }

  @Test("the gradient of every parameter is that of finite differences")
  func gradient() {
    let (head, state, expert) = (head(hidden: 4), uniform(3, 2), someChunks(3, 2, 2))
    unsettle(head)
    expectGradients(head.namedParameters) { head.loss(state, expert) }
  }
}
