import Foundation
import NanoVLA
import Tabletop
import Tensors
import Testing
import VLMs

@Suite struct DiscreteCosineTransformTests {
  private func near(_ a: [Double], _ b: [Double], within tolerance: Double = 1e-9) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
  }

  private func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in Double(random.normal()) }
  }

  @Test("the constant 1 becomes √T and then zeros")
  func constant() {
    for T in [1, 2, 5, 8, 50] {
      let c = DiscreteCosineTransform(count: T)(Array(repeating: 1, count: T))
      let expected = [Double(T).squareRoot()] + Array(repeating: 0, count: T - 1)
      #expect(near(c, expected))
    }
  }

  @Test("two numbers become their sum and their difference over √2")
  func two() {
    #expect(
      near(DiscreteCosineTransform(count: 2)([3, 1]), [4 / 2.0.squareRoot(), 2.0.squareRoot()]))
  }

  @Test("it gives SciPy's numbers")
  func golden() {
    // scipy.fft.dct([3, -1, 4, 1, -5, 9, 2, 6], norm="ortho")
    let expected = [
      6.7175144213, -3.5220369556, 3.7091163671, -0.1693164335, -3.1819805153, 2.6445056029,
      8.0307195054, -4.4803100055,
    ]
    let c = DiscreteCosineTransform(count: 8)([3, -1, 4, 1, -5, 9, 2, 6])
    #expect(near(c, expected))
  }

  @Test("it is the plain sum of cosines")
  func oracle() {
    for T in [1, 3, 8, 13] {
      let x = numbers(T, seed: 1)
      let plain = (0..<T).map { k in
        let sum = (0..<T).reduce(0.0) { sum, t in
          sum + x[t] * cos(Double.pi * Double(2 * t + 1) * Double(k) / Double(2 * T))
        }
        return sum * (k == 0 ? 1 / Double(T) : 2 / Double(T)).squareRoot()
      }
      #expect(near(DiscreteCosineTransform(count: T)(x), plain))
    }
  }

  @Test("the inverse brings the numbers back, both ways")
  func inverse() {
    for T in [1, 2, 7, 8, 50] {
      let (transform, x) = (DiscreteCosineTransform(count: T), numbers(T, seed: 2))
      #expect(near(transform.inverse(transform(x)), x))
      #expect(near(transform(transform.inverse(x)), x))
    }
  }

  @Test("the waves are perpendicular and of length 1")
  func orthonormal() {
    let T = 8
    let transform = DiscreteCosineTransform(count: T)
    let waves = (0..<T).map { k in transform.inverse((0..<T).map { $0 == k ? 1 : 0 }) }
    for a in 0..<T {
      for b in 0..<T {
        let product = zip(waves[a], waves[b]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (a == b ? 1 : 0)) < 1e-12)
      }
    }
  }

  @Test("it keeps lengths (Parseval)")
  func parseval() {
    let x = numbers(20, seed: 3)
    let c = DiscreteCosineTransform(count: 20)(x)
    let (before, after) = (x.reduce(0) { $0 + $1 * $1 }, c.reduce(0) { $0 + $1 * $1 })
    #expect(abs(before - after) < 1e-9)
  }
}
