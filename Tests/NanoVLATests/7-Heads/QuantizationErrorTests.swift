import NanoVLA
import Tabletop
import Tensors
import Testing
import VLMs

@Suite struct QuantizationErrorTests {
  private func head(_ kind: ActionHeadKind) -> any ActionHead {
    var random = SeededRandom(seed: 5)
    return kind.head(
      for: .init(inputs: 3, chunk: 2, space: ActionSpace(dimensions: 1)), using: &random)
  }

  @Test("three bins round to ±0.5; a repeated step does not count")
  func rounding() {
    let expert = ActionChunks(
      actions: Tensor([0.3, -0.9, 1, 0.7], shape: [2, 2, 1]),
      weights: Tensor([1, 1, 1, 0], shape: [2, 2, 1]))
    let error = head(.tokens(bins: 3)).quantizationError(on: expert)
    let expected = ((0.04 + 0.16 + 0.25) / 3 as Float).squareRoot()
    #expect(abs(error - expected) < 1e-6)
    #expect(head(.l1).quantizationError(on: expert) == 0)
  }
}
