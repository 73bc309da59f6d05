import Foundation
import Testing

@testable import Files
@testable import NanoVLA
@testable import Runs
@testable import Tabletop
@testable import Tensors

@Suite struct GroundingPretrainingTests {
  private func training(seed: UInt64, steps: Int) -> GroundingPretraining {
    var configuration = ToyVLMConfiguration()
    (configuration.imageSize, configuration.width, configuration.heads) = (32, 16, 2)
    var random = SeededRandom(seed: 1)
    return GroundingPretraining(ToyVLM(configuration, using: &random), steps: steps, seed: seed)
  }

  private func losses(seed: UInt64, steps: Int) -> [Float] {
    let training = training(seed: seed, steps: steps)
    return (0..<steps).map { _ in training.step() }
  }

  @Test("the loss of a small model falls within 30 steps, and is bit-identical for the same seed")
  func falls() {
    let first = losses(seed: 0, steps: 30)
    func mean(_ losses: ArraySlice<Float>) -> Float { losses.reduce(0, +) / Float(losses.count) }
    #expect(first.allSatisfy { $0.isFinite })
    #expect(mean(first.suffix(5)) < 0.9 * mean(first.prefix(5)))
    #expect(losses(seed: 0, steps: 30) == first)
  }

  @Test("another seed gives other scenes")
  func seeds() {
    #expect(losses(seed: 0, steps: 1) != losses(seed: 1, steps: 1))
  }

  @Test("training that stops after any step resumes with bit-identical results")
  func resumes() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pretrain-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: GroundingPretraining.checkpointFile)
    let whole = training(seed: 3, steps: 4)
    while !whole.isDone { whole.step() }
    try training(seed: 3, steps: 4).writeCheckpoint(to: file)
    for _ in 0..<4 {
      let part = training(seed: 3, steps: 4)
      try part.restore(from: file)
      part.step()
      try part.writeCheckpoint(to: file)
    }
    #expect(try GroundingPretraining.settings(in: file) == .init(steps: 4, seed: 3))
    let resumed = training(seed: 3, steps: 4)
    try resumed.restore(from: file)
    #expect(resumed.isDone)
    #expect(resumed.model.parameters.map(\.values) == whole.model.parameters.map(\.values))
    #expect(resumed.optimizer.state == whole.optimizer.state)
    let other = training(seed: 3, steps: 5)
    #expect(throws: CheckpointError.self) { try other.restore(from: file) }
    #expect(other.stepsDone == 0)

    var data = try Data(contentsOf: file)
    let kernel = try #require(data.range(of: Data(Processor.kernel.utf8)))
    data.replaceSubrange(kernel, with: Data(Processor.kernel.utf8.reversed()))
    try data.write(to: file)
    let same = training(seed: 3, steps: 4)
    let error = #expect(throws: CheckpointError.self) { try same.restore(from: file) }
    #expect(error?.description.contains("processor's kernel") == true)
    #expect(same.stepsDone == 0)
  }
}
