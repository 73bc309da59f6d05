import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("AdamW and gradient clipping") struct AdamWTests {
  /// Algorithm 2 of Loshchilov and Hutter for one number, in double precision.
  struct Plain {
    var value: Double
    var m = 0.0
    var v = 0.0
    var t = 0.0

    mutating func step(_ g: Double, rate: Double, decay: Double) {
      t += 1
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      let (mHat, vHat) = (m / (1 - pow(0.9, t)), v / (1 - pow(0.999, t)))
      value = value * (1 - rate * decay) - rate * mHat / (vHat.squareRoot() + 1e-8)
    }
  }

  @Test("Fifty steps equal those of a plain loop in double precision", arguments: [1, 3, 17, 65])
  func steps(count: Int) {
    var random = SeededRandom(seed: 6)
    let parameter = Tensor.normal([count], using: &random).asParameter()
    var plain = parameter.values.map { Plain(value: Double($0)) }
    let optimizer = AdamW([parameter], weightDecay: 0.1)
    for step in 0..<50 {
      let gradient = Tensor.normal([count], scale: step % 7 == 0 ? 10 : 0.01, using: &random)
      let rate: Float = step < 25 ? 0.01 : 0.002
      parameter.gradient = gradient
      optimizer.step(learningRate: rate)
      for i in 0..<count {
        plain[i].step(Double(gradient.values[i]), rate: Double(rate), decay: Double(Float(0.1)))
      }
      #expect(parameter.gradient == nil)
    }
    #expect(maximumError(parameter.values, plain.map(\.value)) < 2e-5)
  }

  @Test("A parameter without gradient does not change, and neither does a frozen one")
  func untouched() {
    let (a, b, c) = (uniform(3).asParameter(), uniform(3).asParameter(), uniform(3).asParameter())
    b.isFrozen = true
    let before = a.values
    let optimizer = AdamW([a, b, c], weightDecay: 0.5)
    #expect(optimizer.parameters.count == 2)
    (a * b).sum().backward()
    optimizer.step(learningRate: 0.1)
    #expect(a.values != before && b.values == before && c.values == before)
  }

  @Test("Each parameter has its own rate factor and step count, as with two optimizers")
  func factors() {
    let (a, b) = (uniform(5).asParameter(), uniform(5).asParameter())
    let (plainA, plainB) = (
      Tensor(a.values, shape: [5]).asParameter(), Tensor(b.values, shape: [5]).asParameter()
    )
    let optimizer = AdamW([a, b], rateFactors: [1, 0.25], weightDecay: 0.1)
    let (first, second) = (AdamW([plainA], weightDecay: 0.1), AdamW([plainB], weightDecay: 0.1))
    for step in 0..<20 {
      let gradient = Tensor(uniform(5).values.map { $0 * Float(step % 3 + 1) }, shape: [5])
      (a.gradient, plainA.gradient) = (gradient, gradient)
      if step >= 8 {  // b has no gradient before
        (b.gradient, plainB.gradient) = (gradient, gradient)
        second.step(learningRate: 0.25 * 0.01)
      }
      first.step(learningRate: 0.01)
      optimizer.step(learningRate: 0.01)
    }
    #expect(a.values == plainA.values && b.values == plainB.values)
  }

  @Test("A step without any gradient is refused: backward() is missing") func noGradient() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      AdamW([Tensor([1], shape: [1]).asParameter()]).step(learningRate: 0.1)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("none of 1 parameters has a gradient; call backward()"))
  }

  @Test("Parameters that are all frozen need no gradient") func allFrozen() {
    let x = Tensor([1], shape: [1]).asParameter()
    let optimizer = AdamW([x])
    x.isFrozen = true
    optimizer.step(learningRate: 0.1)
    #expect(x.values == [1])
  }

  @Test("It finds the minimum of a quadratic function") func minimum() {
    let x = Tensor([5, -3], shape: [2]).asParameter()
    let optimizer = AdamW([x], weightDecay: 0)
    for _ in 0..<500 {
      (x - Tensor([1, 2], shape: [2])).squared().sum().backward()
      optimizer.step(learningRate: 0.05)
    }
    #expect(maximumError(x.values, [1, 2]) < 1e-2)
  }

  @Test("Clipping scales all gradients by one factor to the maximum norm") func clipping() {
    let (a, b, c) = (uniform(2).asParameter(), uniform(1).asParameter(), uniform(4).asParameter())
    a.gradient = Tensor([3, 0], shape: [2])
    b.gradient = Tensor([-4], shape: [1])
    #expect([a, b, c].clipGradients(toNorm: 6) == 5)
    #expect(a.gradient?.values == [3, 0] && b.gradient?.values == [-4])
    #expect([a, b, c].clipGradients(toNorm: 1) == 5)
    #expect(maximumError(a.gradient!.values + b.gradient!.values, [0.6, 0, -0.8]) < 1e-6)
    #expect(c.gradient == nil)
    a.gradient = Tensor([30, 0], shape: [2])
    b.gradient = Tensor([40], shape: [1])
    #expect(AdamW([a, b, c]).step(learningRate: 0.1, maximumNorm: 1) == 50)
    #expect([Tensor]().clipGradients(toNorm: 1) == 0)
  }
}

@Suite("Resuming an optimizer and a random stream") struct ResumingTests {
  @Test("An optimizer with the state of another continues bit-identically") func adamW() {
    func step(_ optimizer: AdamW, _ random: inout SeededRandom) {
      for parameter in optimizer.parameters {
        parameter.gradient = .normal(parameter.shape, using: &random)
      }
      optimizer.step(learningRate: 0.01, maximumNorm: 1)
    }
    var random = SeededRandom(seed: 2)
    let first = [Tensor.full([3, 5], 1).asParameter(), Tensor.full([7], 2).asParameter()]
    let whole = AdamW(first)
    for _ in 0..<3 { step(whole, &random) }

    let second = first.map { Tensor($0.values, shape: $0.shape).asParameter() }
    let resumed = AdamW(second)
    resumed.state = whole.state
    var sameRandom = SeededRandom(seed: random.state)
    for _ in 0..<3 {
      step(whole, &random)
      step(resumed, &sameRandom)
    }
    #expect(first.map(\.values) == second.map(\.values))
    #expect(whole.state == resumed.state && whole.state.steps == 6)
  }

  @Test("A state of other parameters is refused, and the message names both sizes")
  func otherMoments() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let optimizer = AdamW([Tensor.zeros([3]).asParameter()])
      optimizer.state = .init(steps: 1, firstMoments: [[0, 0]], secondMoments: [[0, 0]])
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("[2]") && text.contains("[3]"))
  }
}
