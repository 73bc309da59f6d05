import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Losses") struct LossTests {
  func plainCrossEntropy(_ logits: Tensor, _ targets: [Int], _ weights: [Float]) -> Double {
    let classes = logits.dim(-1)
    var (sum, total) = (0.0, 0.0)
    for (row, target) in targets.enumerated() {
      let x = logits.values[row * classes..<(row + 1) * classes].map { Double($0) }
      let top = x.max()!
      let logSum = top + Foundation.log(x.reduce(0) { $0 + Foundation.exp($1 - top) })
      sum += Double(weights[row]) * (logSum - x[target])
      total += Double(weights[row])
    }
    return sum / total
  }

  @Test(
    "Cross-entropy equals a plain loop, with and without weights, and so do its gradients",
    arguments: [1, 3, 17, 65])
  func crossEntropyValues(classes: Int) {
    let targets = [0, classes - 1, classes / 2, 0, classes / 3]
    let weights: [Float] = [1, 0, 0.5, 2, 3]
    for scale: Float in [1, 1e-3, 100] {
      let logits = uniform(5, classes, in: -scale...scale)
      let even = Tensors.crossEntropy(logits, targets: targets).item
      let weighted = Tensors.crossEntropy(logits, targets: targets, weights: weights).item
      let expected = [
        plainCrossEntropy(logits, targets, [1, 1, 1, 1, 1]),
        plainCrossEntropy(logits, targets, weights),
      ]
      #expect(maximumError([even, weighted], expected) < 2e-6)
    }
    let logits = uniform(5, classes)
    expectGradients([logits]) { Tensors.crossEntropy($0[0], targets: targets) }
    expectGradients([logits]) {
      Tensors.crossEntropy($0[0], targets: targets, weights: weights) * 3
    }
  }

  @Test("Cross-entropy of equal logits is ln C") func untrained() {
    let loss = crossEntropy(Tensor.full([3, 256], 7), targets: [0, 5, 255]).item
    #expect(abs(loss - 5.545177) < 1e-5)
  }

  @Test("Cross-entropy of a confident mistake is the difference of the logits, not infinity")
  func confidentMistake() {
    #expect(crossEntropy(Tensor([1e4, 0], shape: [1, 2]), targets: [1]).item == 1e4)
  }

  @Test("Binary cross-entropy equals a plain loop and is finite for large logits")
  func binary() {
    let logits = Tensor([-1e4, -30, -1, 0, 0.5, 2, 30, 1e4], shape: [2, 4])
    let targets = Tensor([0, 0.25, 1, 0.5, 0, 1, 1, 1], shape: [2, 4])
    let expected = zip(logits.values, targets.values).reduce(0.0) { sum, pair in
      let (x, t) = (Double(pair.0), Double(pair.1))
      return sum + max(x, 0) - x * t + Foundation.log1p(Foundation.exp(-abs(x)))
    }
    let found = binaryCrossEntropy(logits, targets: targets).item
    #expect(maximumError([found], [expected / 8]) < 1e-6)
    let soft = uniform(3, 5, in: 0...1)
    expectGradients([uniform(3, 5, in: -2...2, seed: 2)]) {
      binaryCrossEntropy($0[0], targets: soft) * 15
    }
  }

  @Test("Smooth L1 is ½e²/w where |e| < w, and |e| − ½w elsewhere") func smooth() {
    let prediction = Tensor([0.5, -0.25, 3, -4, 1, 0], shape: [6])
    let target = Tensor.zeros([6])
    let expected = (0.125 + 0.03125 + 2.5 + 3.5 + 0.5 + 0) / 6
    #expect(maximumError([smoothL1(prediction, target).item], [expected]) < 1e-6)
    let wide = (0.0625 + 0.015625 + 2 + 3 + 0.25 + 0) / 6
    #expect(maximumError([smoothL1(prediction, target, width: 2).item], [wide]) < 1e-6)
    // No error is near ±w, where the second derivative jumps.
    let values: [Float] = [0.5, -0.25, 3, -4, 1.25, 0.8, -1.2]
    for width: Float in [1, 2.5] {
      expectGradients([Tensor(values, shape: [7])]) {
        smoothL1($0[0], .zeros([7]), width: width) * 7
      }
    }
  }

  @Test("The message for a target outside the classes names both") func badTarget() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = crossEntropy(.zeros([2, 3]), targets: [0, 3])
    }
    expectMessage(result, "0…3", "3 classes")
  }

  @Test("The message for predictions and targets of different shapes names both") func unlike()
    async
  {
    let cross = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = crossEntropy(.zeros([2, 3]), targets: [0])
    }
    expectMessage(cross, "[2, 3]", "[1]")
    let binary = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = binaryCrossEntropy(.zeros([2, 3]), targets: .zeros([3]))
    }
    expectMessage(binary, "[2, 3]", "[3]")
    let smooth = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = smoothL1(.zeros([2, 3]), .zeros([6]))
    }
    expectMessage(smooth, "[2, 3]", "[6]")
  }

  @Test("A loss of no rows is refused") func empty() async {
    let cross = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = crossEntropy(.zeros([0, 3]), targets: [])
    }
    expectMessage(cross, "weights sum to 0")
    let smooth = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = smoothL1(.zeros([0, 3]), .zeros([0, 3]))
    }
    expectMessage(smooth, "[0, 3]")
  }
}
