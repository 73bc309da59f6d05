import Foundation
import NanoVLA
import Tabletop
import TestSupport
import Testing
import VLMs

@Suite struct RotaryPositionTests {
  @Test("each pair of numbers is turned by its place, as in a plain loop", arguments: [0, 5, 2000])
  func plainLoop(start: Int) {
    let (x, rotary) = (uniform(2, 3, 4, 6), RotaryPosition(headWidth: 6, theta: 100))
    let found = rotary(x, from: start)
    #expect(found.shape == [2, 3, 4, 6])
    var expected: [Float] = []
    for (b, h, t) in places(2, 3, 4) {
      for i in 0..<6 {
        let angle = Double(start + t) * pow(100, -2 * Double(i % 3) / 6)
        let other = i < 3 ? -Double(x[b, h, t, i + 3]) : Double(x[b, h, t, i - 3])
        expected.append(Float(Double(x[b, h, t, i]) * cos(angle) + other * sin(angle)))
      }
    }
    #expect(maximumDifference(found.values, expected) < (start < 100 ? 1e-5 : 1e-3))
  }

  @Test("frequencies are those of torch in float32")
  func frequencies() {
    // 1 / (10000 ** (torch.arange(0, 8, 2) / 8))
    let found = RotaryPosition(headWidth: 8, theta: 10_000).frequencies
    #expect(maximumDifference(found, [1, 0.1, 0.01, 0.001]) < 1e-9)
  }

  @Test("the product of a query and a key depends on how far they are apart, not on where")
  func relative() {
    let rotary = RotaryPosition(headWidth: 8)
    let (query, key) = (uniform(1, 1, 1, 8), uniform(1, 1, 1, 8, seed: 2))
    func product(_ p: Int, _ q: Int) -> Float {
      rotary(query, from: p).matmul(transposed: rotary(key, from: q)).item
    }
    let (here, there, elsewhere) = (product(7, 3), product(107, 103), product(7, 5))
    #expect(abs(here - there) < 1e-4)
    #expect(abs(here - elsewhere) > 1e-3)
  }

  @Test("place 0 turns nothing, and lengths stay")
  func lengths() {
    let (x, rotary) = (uniform(1, 1, 5, 4), RotaryPosition(headWidth: 4))
    let turned = rotary(x)
    #expect(turned.sliced(axis: 2, 0..<1).values == x.sliced(axis: 2, 0..<1).values)
    let (before, after) = (x.squared().sum(axis: 3).values, turned.squared().sum(axis: 3).values)
    #expect(maximumDifference(before, after) < 1e-5)
  }

  @Test("its gradient is that of finite differences")
  func gradient() {
    let (x, rotary) = (uniform(1, 2, 3, 4).asParameter(), RotaryPosition(headWidth: 4, theta: 50))
    expectGradients([("x", x)]) { rotary(x, from: 2) }
  }

  @Test("vectors of another width stop with both widths")
  func unlike() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = RotaryPosition(headWidth: 4)(.zeros([1, 1, 2, 6]))
    }
    expectMessage(result, "[1, 1, 2, 6]", "4")
  }
}

/// All index triples below the three lengths, the last fastest.
func places(_ a: Int, _ b: Int, _ c: Int) -> [(Int, Int, Int)] {
  (0..<a).flatMap { i in (0..<b).flatMap { j in (0..<c).map { (i, j, $0) } } }
}
