import Foundation
import TestSupport
import TestSupport
import Testing
import VLMs

@testable import NanoVLA
@testable import Tabletop
@testable import Tensors

@Suite struct TokenHeadTests {
  private func head(chunk: Int = 3) -> TokenHead {
    var random = SeededRandom(seed: 1)
    return TokenHead(
      .init(bins: 32, hidden: 16),
      for: .init(inputs: 9, chunk: chunk, space: ActionSpace(dimensions: 7)),
      using: &random)
  }

  @Test("it scores each bin of each number of each step", arguments: [1, 2, 5])
  func shape(chunk: Int) {
    #expect(head(chunk: chunk)(uniform(4, 9)).shape == [4, chunk, 7, 32])
    #expect(head(chunk: chunk).chunk == chunk)
  }

  @Test("untrained, its loss is ln of the number of bins within 2 %")
  func firstLoss() {
    let logits = head()(uniform(50, 9)).reshaped([50 * 3 * 7, 32])
    let loss = crossEntropy(logits, targets: (0..<50 * 3 * 7).map { $0 % 32 }).item
    #expect(abs(loss / log(Float(32)) - 1) < 0.02)
  }

  @Test("a head that is sure of the expert's bins has a loss of 0: its outputs are logits")
  func sureLoss() {
    let head = head(chunk: 1)
    let action = NormalizedAction(Array(repeating: 0.5, count: 7))
    let expert = ActionChunks(of: [action], chunk: 1)
    func loss(sureOf bin: Int) -> Float {
      var random = SeededRandom(seed: 1)
      head.output.bias!.values = (0..<7 * 32).map { $0 % 32 == bin ? 40 : 0 }
      return head.loss(uniform(1, 9), expert, using: &random).item
    }
    let bin = head.tokenizer.bin(of: 0.5)
    #expect(loss(sureOf: bin) < 1e-3)  // 2.5 if a softmax came before that of the cross-entropy
    #expect(loss(sureOf: bin - 1) > 20)
  }

  @Test("each step has a first layer of its own, the others are shared")
  func parameters() {
    let first = 3 * (9 * 16 + 16)
    let shared = (16 * 16 + 16) + (16 * 7 * 32 + 7 * 32)
    #expect(head().parameterCount == first + shared)
    #expect(head().namedParameters.first?.name == "encoder.steps.0.weight")
  }

  @Test("the gradient of every parameter is that of finite differences")
  func gradient() {
    var random = SeededRandom(seed: 1)
    let head = TokenHead(
      .init(bins: 3, hidden: 4), for: .init(inputs: 3, chunk: 2, space: ActionSpace(dimensions: 2)),
      using: &random)
    unsettle(head)
    let state = uniform(2, 3)
    expectGradients(head.namedParameters) { head(state) }
  }

  /// A small head whose scores lie well apart, and one state for it.
  private func opinionated(bins: Int = 4) -> (head: TokenHead, state: Tensor) {
    var random = SeededRandom(seed: 1)
    let head = TokenHead(
      .init(bins: bins, hidden: 4),
      for: .init(inputs: 3, chunk: 2, space: ActionSpace(dimensions: 2)),
      using: &random)
    unsettle(head)
    head.output.weight.values = head.output.weight.values.map { $0 * 8 }
    return (head, uniform(1, 3))
  }

  /// ln softmax(scores / T) of each of the K·A numbers, in double precision: [K·A][B].
  private func logChances(_ head: TokenHead, _ state: Tensor, _ temperature: Double) -> [[Double]] {
    let scores = head(state).values.map { Double($0) / temperature }
    return stride(from: 0, to: scores.count, by: head.bins).map { first in
      let some = scores[first..<first + head.bins]
      let sum = some.reduce(0) { $0 + exp($1) }
      return some.map { $0 - log(sum) }
    }
  }

  @Test("bins are drawn as often as softmax(scores / T) says", arguments: [0.5, 1, 1.6])
  func frequencies(temperature: Double) {
    let (head, state) = opinionated()
    let draws = 20_000
    var random = SeededRandom(seed: 12)
    let drawn = head.bins(
      for: state.rows(at: Array(repeating: 0, count: draws)), temperature: Float(temperature),
      using: &random)
    for (number, chances) in logChances(head, state, temperature).enumerated() {
      var counts = [Double](repeating: 0, count: 4)
      for n in 0..<draws { counts[drawn[n * 4 + number]] += 1 }
      let chiSquare = zip(counts, chances).reduce(0) { sum, bin in
        let expected = exp(bin.1) * Double(draws)
        return sum + (bin.0 - expected) * (bin.0 - expected) / expected
      }
      #expect(chiSquare < 25)  // three degrees of freedom exceed 25 once in 60,000 tests
    }
  }

  @Test("at temperature 0 actions are greedy, and no random number is used")
  func greedy() {
    let (head, _) = opinionated()
    let state = uniform(6, 3)
    var random = SeededRandom(seed: 3)
    let found = head.bins(for: state, temperature: 0, using: &random)
    let scores = head(state).values
    let expected = stride(from: 0, to: scores.count, by: 4).map { first in
      (0..<4).max { scores[first + $0] < scores[first + $1] }!
    }
    #expect(found == expected)
    var untouched = SeededRandom(seed: 3)
    #expect(random.next() == untouched.next())
    #expect(head.actions(for: state).values == expected.map { Float(head.tokenizer.center($0)) })
  }

  @Test("its temperature is that of its actions")
  func hotActions() {
    let (head, state) = opinionated()
    head.temperature = 1.6
    var random = SeededRandom(seed: 21)
    let drawn = head.bins(for: state, temperature: 1.6, using: &random)
    #expect(
      head.actions(for: state, seed: 21).values == drawn.map { Float(head.tokenizer.center($0)) })
  }

  @Test(
    "ln p is ln softmax(scores / T), and the p of all bins are 1 together",
    arguments: [0.5, 1, 1.6])
  func logProbabilities(temperature: Double) {
    let (head, state) = opinionated()
    let expected = logChances(head, state, temperature)
    var sums = [Double](repeating: 0, count: 4)
    for bin in 0..<4 {
      let chosen = (0..<4).map { ($0 + bin) % 4 }
      let found = head.logProbabilities(of: chosen, for: state, temperature: Float(temperature))
      #expect(found.shape == [1, 2, 2])
      for (number, value) in found.values.enumerated() {
        #expect(abs(Double(value) - expected[number][chosen[number]]) < 1e-5)
        sums[number] += exp(Double(value))
      }
    }
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test("the gradient of ln p is that of finite differences")
  func logProbabilityGradient() {
    let (head, state) = opinionated()
    expectGradients(head.namedParameters) {
      head.logProbabilities(of: [3, 0, 1, 2], for: state, temperature: 1.6)
    }
  }

  @Test(
    "any number of bins will do, and rounding costs half a bin at most",
    arguments: [2, 3, 5, 256])
  func anyBins(bins: Int) {
    let (head, state) = opinionated(bins: bins)
    #expect(head(state).shape == [1, 2, 2, bins])
    let actions = Tensor([-1, -0.61, 0, 0.0039, 0.87, 1], shape: [1, 3, 2])
    let rounded = head.quantized(actions)
    let halfABin = 1 / Float(bins - 1)
    #expect(rounded.shape == [1, 3, 2])
    #expect(maximumDifference(rounded.values, actions.values) <= halfABin + 1e-6)
    #expect(head.quantized(rounded).values == rounded.values)
    #expect(head.expectedInitialLoss(someChunks(2, 2, 2)) == log(Float(bins)))
  }
}
