import Foundation
import TestSupport
import Testing

@testable import Tensors

/// An attention mask is added to the scores before the softmax: 0 for a visible position, −1e9 or −∞
/// for a masked one.
@Suite("Masked softmax") struct MaskTests {
  @Test("A masked position gets weight exactly 0", arguments: [-1e9, -Float.infinity, -1e4])
  func mask(maskValue: Float) {
    let scores = Tensor([0.5, 2, -1, 0.25, 3, 1], shape: [2, 3])
    let mask = Tensor([0, maskValue, 0, maskValue, 0, maskValue], shape: [2, 3])
    let found = (scores + mask).softmax().values
    let first = 1 / (1 + Foundation.exp(-1.5))
    #expect(maximumError(found, [first, 0, 1 - first, 0, 1, 0]) < 1e-6)
    #expect([found[1], found[3], found[5]] == [0, 0, 0])
  }

  @Test("A masked position gets gradient exactly 0", arguments: [-1e9, -Float.infinity])
  func maskGradient(maskValue: Float) {
    let scores = Tensor([0.5, 2, -1], shape: [1, 3]).asParameter()
    let mask = Tensor([0, maskValue, 0], shape: [3])
    ((scores + mask).softmax() * Tensor([1, 5, 3], shape: [3])).sum().backward()
    let gradient = scores.gradient!.values
    #expect(gradient[1] == 0 && gradient[0] < -0.1 && gradient[2] > 0.1)
  }

  @Test("A row masked everywhere is uniform with −1e9, and NaN with −∞")
  func allMasked() {
    let row = Tensor([1, 2, 3], shape: [3])
    let uniform = (row + Tensor.full([3], -1e9)).softmax().values
    #expect(maximumError(uniform, [1, 1, 1].map { $0 / 3 }) < 1e-6)
    #expect((row + Tensor.full([3], -.infinity)).softmax().values.allSatisfy { $0.isNaN })
  }
}
