import Foundation
import NanoVLA
import Tensors
import Testing

@Suite struct TokenHeadTests {
  private func head(chunk: Int = 3) -> TokenHead {
    var random = SeededRandom(seed: 1)
    return TokenHead(
      inputs: 9, chunk: chunk, dimensions: 7, bins: 32, hidden: 16, using: &random)
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

  @Test("each step has a first layer of its own, the others are shared")
  func parameters() {
    let first = 3 * (9 * 16 + 16)
    let shared = (16 * 16 + 16) + (16 * 7 * 32 + 7 * 32)
    #expect(head().parameterCount == first + shared)
    #expect(head().namedParameters.first?.name == "steps.0.weight")
  }

  @Test("the gradient of every parameter is that of finite differences")
  func gradient() {
    var random = SeededRandom(seed: 1)
    let head = TokenHead(
      inputs: 3, chunk: 2, dimensions: 2, bins: 3, hidden: 4, using: &random)
    unsettle(head)
    let state = uniform(2, 3)
    expectGradients(head.namedParameters) { head(state) }
  }
}
