import NanoVLA
import Tensors
import Testing

@Suite struct GroundingPretrainingTests {
  private func losses(seed: UInt64, steps: Int) -> [Float] {
    var configuration = ToyVLMConfiguration()
    (configuration.imageSize, configuration.width, configuration.heads) = (32, 16, 2)
    var random = SeededRandom(seed: 1)
    let training = GroundingPretraining(
      ToyVLM(configuration, using: &random), steps: steps, seed: seed)
    return (0..<steps).map { _ in training.step() }
  }

  @Test("within 30 steps of a small model the loss falls, and is the same bit for bit again")
  func falls() {
    let first = losses(seed: 0, steps: 30)
    func mean(_ losses: ArraySlice<Float>) -> Float { losses.reduce(0, +) / Float(losses.count) }
    #expect(first.allSatisfy { $0.isFinite })
    #expect(mean(first.suffix(5)) < 0.9 * mean(first.prefix(5)))
    #expect(losses(seed: 0, steps: 30) == first)
  }

  @Test("another seed sees other scenes")
  func seeds() {
    #expect(losses(seed: 0, steps: 1) != losses(seed: 1, steps: 1))
  }
}
