import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Smooth functions of each element") struct ActivationTests {
  /// Odd counts and every size: steps of 1/512 through −30…30, and the far ends.
  static let inputs: [Float] =
    (-15_360...15_360).map { Float($0) / 512 } + [-1e4, -500, -88.5, -87.5, 87, 88, 500, 1e4, -0]

  func gelu(_ x: Double) -> Double {
    0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  @Test("exp is right to two parts in ten million") func exponential() {
    let x = (-8_700...8_700).map { Float($0) / 100 }
    let found = Tensor(x, shape: [x.count]).exp().values
    let worst = zip(found, x).map { abs(Double($0) / Foundation.exp(Double($1)) - 1) }.max()!
    #expect(worst < 2e-7)
  }

  @Test("exp is exactly 0 far below and finite far above") func exponentialEnds() {
    let found = Tensor([-88, -1e4, -.infinity, 88, 1e4, .infinity, 0], shape: [7]).exp().values
    #expect(found[0...2] == [0, 0, 0])
    #expect(found[3] > 1.6e38 && found[3...5].allSatisfy { $0 == found[3] && $0.isFinite })
    #expect(found[6] == 1)
  }

  @Test("Something that is not a number stays so") func notANumber() {
    let x = Tensor([.nan, 1, .nan], shape: [3])
    let smooth = [x.exp(), x.tanh(), x.sigmoid(), x.gelu(), x.log(), x.softmax()]
    for y in smooth + [x.geluExact(), x.silu(), x.quickGELU()] {
      #expect(y.values[0].isNaN && y.values[2].isNaN)
    }
  }

  @Test("tanh and sigmoid are within 2e-7, gelu within 1e-6, of 1 or of the value") func accuracy()
  {
    let x = Tensor(Self.inputs, shape: [Self.inputs.count])
    let wide = Self.inputs.map { Double($0) }
    #expect(worstError(x.tanh().values, wide.map { Foundation.tanh($0) }) < 2e-7)
    #expect(worstError(x.sigmoid().values, wide.map { 1 / (1 + Foundation.exp(-$0)) }) < 2e-7)
    #expect(worstError(x.gelu().values, wide.map(gelu)) < 1e-6)
  }

  @Test("The exact gelu is within 3e-7, silu and quick gelu within 4e-7, of 1 or of the value")
  func gatedAccuracy() {
    let x = Tensor(Self.inputs, shape: [Self.inputs.count])
    let wide = Self.inputs.map { Double($0) }
    let exact = wide.map { 0.5 * $0 * Foundation.erfc(-$0 / 2.0.squareRoot()) }
    #expect(worstError(x.geluExact().values, exact) < 3e-7)
    let silu = wide.map { $0 / (1 + Foundation.exp(-$0)) }
    #expect(worstError(x.silu().values, silu) < 4e-7)
    let quick = wide.map { $0 / (1 + Foundation.exp(-1.702 * $0)) }
    #expect(worstError(x.quickGELU().values, quick) < 4e-7)
  }

  @Test("The two gelus differ as far as their formulas do") func twoForms() {
    let x = Tensor(Self.inputs, shape: [Self.inputs.count])
    let apart = zip(x.gelu().values, x.geluExact().values).map { abs($0 - $1) }.max()!
    #expect(4e-4 < apart && apart < 5e-4)
  }

  @Test("log is that of Foundation") func logarithm() {
    let x: [Float] = [1e-38, 1e-6, 0.5, 1, 2, 3, 1e6, 3e38]
    let expected = x.map { Foundation.log(Double($0)) }
    #expect(worstError(Tensor(x, shape: [8]).log().values, expected) < 2e-7)
    #expect(Tensor([0], shape: [1]).log().item == -.infinity)
  }

  @Test("Gradients equal differences", arguments: [1, 3, 17, 65])
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

  @Test("Slopes of the gelus and of silu are finite and flat far from 0") func farAway() {
    for unit in [{ $0.gelu() }, { $0.geluExact() }, { $0.silu() }, { $0.quickGELU() }]
      as [(Tensor) -> Tensor]
    {
      let x = Tensor([-1e4, -90, 90, 1e4], shape: [4]).asParameter()
      unit(x).sum().backward()
      #expect(worstError(x.gradient?.values ?? [], [0, 0, 1, 1]) < 1e-30)
    }
  }
}
