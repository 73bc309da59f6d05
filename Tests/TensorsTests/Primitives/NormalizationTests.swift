import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Softmax, layer norm and RMS norm") struct NormalizationTests {
  static let sizes = [
    [1, 1], [3, 1], [1, 3], [3, 17], [5, 65], [2, 3, 7], [2, 2, 3, 9], [17],
  ]

  func rows(_ values: [Float], _ columns: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: columns).map { start in
      values[start..<start + columns].map { Double($0) }
    }
  }

  func softmax(_ row: [Double]) -> [Double] {
    let top = row.max()!
    let powers = row.map { Foundation.exp($0 - top) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  func draw(_ shape: [Int], _ range: ClosedRange<Float>, seed: UInt64 = 3) -> Tensor {
    var random = SeededRandom(seed: seed)
    return Tensor.uniform(shape, in: range, using: &random)
  }

  @Test("Softmax equals a plain loop, for small and large inputs", arguments: sizes)
  func softmaxValues(shape: [Int]) {
    for range: ClosedRange<Float> in [-3...3, -1e4...1e4, 9_999...10_001, -1e-3...1e-3] {
      let x = draw(shape, range)
      let expected = rows(x.values, shape.last!).flatMap(softmax)
      #expect(maximumError(x.softmax().values, expected) < 1e-6)
      let sums = rows(x.softmax().values, shape.last!).map { $0.reduce(0, +) }
      #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
    }
  }

  @Test("Log-softmax equals a plain loop", arguments: sizes)
  func logSoftmaxValues(shape: [Int]) {
    for range: ClosedRange<Float> in [-3...3, -1e4...1e4, 99...101] {
      let x = draw(shape, range)
      let expected = rows(x.values, shape.last!).flatMap { row -> [Double] in
        let top = row.max()!
        let sum = row.map { Foundation.exp($0 - top) }.reduce(0, +)
        return row.map { $0 - top - Foundation.log(sum) }
      }
      #expect(
        maximumError(x.logSoftmax().values, expected) < 2e-6 * max(1, Double(range.upperBound)))
    }
  }

  @Test("Gradients of softmax and log-softmax equal finite differences", arguments: sizes)
  func softmaxGradients(shape: [Int]) {
    let x = draw(shape, -2...2)
    expectGradients([x]) { $0[0].softmax() }
    expectGradients([x]) { $0[0].logSoftmax() }
  }

  @Test("Layer norm equals a plain loop", arguments: sizes)
  func layerNormValues(shape: [Int]) {
    let width = shape.last!
    let (gain, bias) = (draw([width], 0.5...2, seed: 4), draw([width], -1...1, seed: 5))
    for (range, tolerance) in [(-1...1, 2e-6), (-1e4...1e4, 2e-6), (999...1_001, 1e-3)]
      as [(ClosedRange<Float>, Double)]
    {
      let x = draw(shape, range)
      let expected = rows(x.values, width).flatMap { row -> [Double] in
        let mean = row.reduce(0, +) / Double(width)
        let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(width)
        return row.indices.map {
          (row[$0] - mean) / (variance + 1e-5).squareRoot() * Double(gain.values[$0])
            + Double(bias.values[$0])
        }
      }
      let found = x.layerNormalized(gain: gain, bias: bias).values
      #expect(maximumError(found, expected) < tolerance)
    }
  }

  @Test("Gradients of layer norm, gain and bias equal finite differences", arguments: sizes)
  func layerNormGradients(shape: [Int]) {
    let width = shape.last!
    let (gain, bias) = (draw([width], 0.5...2, seed: 4), draw([width], -1...1, seed: 5))
    // With few columns the curvature is large; a large epsilon makes finite differences accurate.
    expectGradients([draw(shape, -2...2), gain, bias], tolerance: 1e-3) {
      $0[0].layerNormalized(gain: $0[1], bias: $0[2], epsilon: 0.5)
    }
  }

  @Test("RMS norm equals a plain loop", arguments: sizes)
  func rmsNormValues(shape: [Int]) {
    let width = shape.last!
    let gain = draw([width], 0.5...2, seed: 4)
    for range: ClosedRange<Float> in [-1...1, -1e4...1e4, -1e-3...1e-3] {
      let x = draw(shape, range)
      let expected = rows(x.values, width).flatMap { row -> [Double] in
        let square = row.map { $0 * $0 }.reduce(0, +) / Double(width)
        return row.indices.map { row[$0] / (square + 1e-5).squareRoot() * Double(gain.values[$0]) }
      }
      let found = x.rmsNormalized(gain: gain, epsilon: 1e-5)
      #expect(found.shape == shape)
      #expect(maximumError(found.values, expected) < 1e-6)
    }
  }

  @Test("Gradients of RMS norm and its gain equal finite differences", arguments: sizes)
  func rmsNormGradients(shape: [Int]) {
    expectGradients([draw(shape, -2...2), draw([shape.last!], 0.5...2, seed: 4)], tolerance: 1e-3) {
      $0[0].rmsNormalized(gain: $0[1], epsilon: 0.5)
    }
  }

  @Test("Softmax over a row of 100,001 elements sums to 1") func longRow() {
    let x = draw([2, 100_001], -20...20)
    let expected = rows(x.values, 100_001).flatMap(softmax)
    let found = x.softmax().values
    #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 * $1 + 1e-12 })
    #expect(rows(found, 100_001).allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
  }

  @Test("There may be no rows, but not rows without columns") func empty() async {
    #expect(Tensor.zeros([0, 5]).softmax().shape == [0, 5])
    #expect(Tensor.zeros([0, 5]).logSoftmax().shape == [0, 5])
    let x = Tensor.zeros([0, 5]).asParameter()
    let gain = Tensor.full([5], 1).asParameter()
    x.layerNormalized(gain: gain, bias: .zeros([5])).sum().backward()
    #expect(gain.gradient?.values == [0, 0, 0, 0, 0])
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([3, 0]).softmax()
    }
    expectMessage(result, "[3, 0]")
  }

  @Test("The message for a gain of another width names both shapes") func layerNormShapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([3, 5]).layerNormalized(gain: .zeros([4]), bias: .zeros([5]))
    }
    expectMessage(result, "[4]", "[5]", "[3, 5]")
    let other = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor.zeros([3, 5]).rmsNormalized(gain: .zeros([4]))
    }
    expectMessage(other, "[4]", "[3, 5]")
  }
}
