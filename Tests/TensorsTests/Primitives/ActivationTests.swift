import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Activation functions") struct ActivationTests {
  /// Steps of 1/512 through −30…30, and large values of both signs; an odd count.
  static let inputs: [Float] =
    (-15_360...15_360).map { Float($0) / 512 } + [-1e4, -500, -88.5, -87.5, 87, 88, 500, 1e4, -0]

  func gelu(_ x: Double) -> Double {
    0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  @Test("exp has a relative error below 2e-7") func exponential() {
    let x = (-8_700...8_700).map { Float($0) / 100 }
    let found = Tensor(x, shape: [x.count]).exp().values
    let largest = zip(found, x).map { abs(Double($0) / Foundation.exp(Double($1)) - 1) }.max()!
    #expect(largest < 2e-7)
  }

  @Test("exp is exactly 0 below −87 and finite above 88") func exponentialEnds() {
    let found = Tensor([-88, -1e4, -.infinity, 88, 1e4, .infinity, 0], shape: [7]).exp().values
    #expect(found[0...2] == [0, 0, 0])
    #expect(found[3] > 1.6e38 && found[3...5].allSatisfy { $0 == found[3] && $0.isFinite })
    #expect(found[6] == 1)
  }

  @Test("NaN gives NaN") func notANumber() {
    let x = Tensor([.nan, 1, .nan], shape: [3])
    let smooth = [x.exp(), x.tanh(), x.sigmoid(), x.gelu(), x.log(), x.softmax()]
    for y in smooth + [x.geluExact(), x.silu(), x.quickGELU()] {
      #expect(y.values[0].isNaN && y.values[2].isNaN)
    }
  }

  @Test("tanh and sigmoid have an error below 2e-7, GELU below 1e-6, relative to max(1, |y|)")
  func accuracy() {
    let x = Tensor(Self.inputs, shape: [Self.inputs.count])
    let wide = Self.inputs.map { Double($0) }
    #expect(maximumError(x.tanh().values, wide.map { Foundation.tanh($0) }) < 2e-7)
    #expect(maximumError(x.sigmoid().values, wide.map { 1 / (1 + Foundation.exp(-$0)) }) < 2e-7)
    #expect(maximumError(x.gelu().values, wide.map(gelu)) < 1e-6)
  }

  @Test("Exact GELU has an error below 3e-7, SiLU and quick GELU below 4e-7")
  func gatedAccuracy() {
    let x = Tensor(Self.inputs, shape: [Self.inputs.count])
    let wide = Self.inputs.map { Double($0) }
    let exact = wide.map { 0.5 * $0 * Foundation.erfc(-$0 / 2.0.squareRoot()) }
    #expect(maximumError(x.geluExact().values, exact) < 3e-7)
    let silu = wide.map { $0 / (1 + Foundation.exp(-$0)) }
    #expect(maximumError(x.silu().values, silu) < 4e-7)
    let quick = wide.map { $0 / (1 + Foundation.exp(-1.702 * $0)) }
    #expect(maximumError(x.quickGELU().values, quick) < 4e-7)
  }

  @Test("The two forms of GELU differ by as much as their formulas, 4e-4 to 5e-4") func twoForms() {
    let x = Tensor(Self.inputs, shape: [Self.inputs.count])
    let apart = zip(x.gelu().values, x.geluExact().values).map { abs($0 - $1) }.max()!
    #expect(4e-4 < apart && apart < 5e-4)
  }

  @Test("log equals Foundation's, and log 0 is −∞") func logarithm() {
    let x: [Float] = [1e-38, 1e-6, 0.5, 1, 2, 3, 1e6, 3e38]
    let expected = x.map { Foundation.log(Double($0)) }
    #expect(maximumError(Tensor(x, shape: [8]).log().values, expected) < 2e-7)
    #expect(Tensor([0], shape: [1]).log().item == -.infinity)
  }

  @Test("Gradients equal finite differences", arguments: [1, 3, 17, 65])
  func gradients(count: Int) {
    let x = uniform(count, in: -3...3)
    expectGradients([uniform(count, in: -1...1)]) { $0[0].exp() }
    expectGradients([uniform(count, in: 0.5...3)]) { $0[0].log() }
    expectGradients([x]) { $0[0].tanh() }
    expectGradients([x]) { $0[0].sigmoid() }
    expectGradients([x]) { $0[0].gelu() }
    expectGradients([x]) { $0[0].geluExact() }
    expectGradients([x]) { $0[0].silu() }
    expectGradients([x]) { $0[0].quickGELU() }
  }

  @Test("Far from 0 the gradients of GELU and SiLU are 0 or 1") func farAway() {
    for unit in [{ $0.gelu() }, { $0.geluExact() }, { $0.silu() }, { $0.quickGELU() }]
      as [(Tensor) -> Tensor]
    {
      let x = Tensor([-1e4, -90, 90, 1e4], shape: [4]).asParameter()
      unit(x).sum().backward()
      #expect(maximumError(x.gradient?.values ?? [], [0, 0, 1, 1]) < 1e-30)
    }
  }
}
