import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct ActionChunksTests {
  /// An episode of `T` steps, step t being [t, 10t].
  private func episode(_ T: Int) -> [NormalizedAction] {
    (0..<T).map { NormalizedAction([Float($0), Float(10 * $0)]) }
  }

  @Test("each step begins a chunk; beyond the end the last action repeats and weighs 0")
  func ofAnEpisode() {
    let chunks = ActionChunks(of: episode(3), chunk: 4)
    #expect(chunks.count == 3)
    #expect(chunks.actions.shape == [3, 4, 2])
    #expect(chunks.weights.shape == [3, 4, 1])
    let first = chunks.actions.sliced(axis: 2, 0..<1).values
    let second = chunks.actions.sliced(axis: 2, 1..<2).values
    #expect(first == [0, 1, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2])
    #expect(second == first.map { 10 * $0 })
    #expect(chunks.weights.values == [1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0])
  }

  @Test("a chunk of one step is the step, an episode of one step one chunk")
  func ones() {
    let single = ActionChunks(of: episode(3), chunk: 1)
    #expect(single.actions.values == [0, 0, 1, 10, 2, 20])
    #expect(single.weights.values == [1, 1, 1])
    let short = ActionChunks(of: episode(1), chunk: 3)
    #expect(short.actions.shape == [1, 3, 2])
    #expect(short.weights.values == [1, 0, 0])
  }

  @Test("the mean is over the numbers of real steps, whatever stands in the others")
  func mean() {
    let chunks = ActionChunks(of: episode(3), chunk: 2)  // weights 1 1, 1 1, 1 0
    func mean(_ masked: Float) -> Float {
      let errors: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, masked, masked]
      return chunks.mean(of: Tensor(errors, shape: [3, 2, 2])).item
    }
    #expect(mean(0) == 6)
    #expect(mean(1e6) == 6)
  }

  @Test("a masked number gets no gradient, every real one the same")
  func gradient() {
    let chunks = ActionChunks(of: episode(2), chunk: 2)  // weights 1 1, 1 0
    let error = uniform(2, 2, 2).asParameter()
    chunks.mean(of: error).backward()
    let sixth = Float(1) / 6
    let expected = [sixth, sixth, sixth, sixth, sixth, sixth, 0, 0]
    #expect(maximumDifference(error.gradient?.values ?? [], expected) < 1e-7)
  }

  @Test("rows are picked with their weights, in any order and more than once")
  func rows() {
    let chunks = ActionChunks(of: episode(4), chunk: 2)
    let picked = chunks.rows(at: [3, 0, 3])
    #expect(picked.actions.shape == [3, 2, 2])
    #expect(picked.actions.values == [3, 30, 3, 30, 0, 0, 1, 10, 3, 30, 3, 30])
    #expect(picked.weights.values == [1, 0, 1, 1, 1, 0])
  }

  @Test("joined, the episodes follow one another, and no chunk reaches into the next")
  func joining() {
    let joined = ActionChunks(
      joining: [ActionChunks(of: episode(2), chunk: 2), ActionChunks(of: episode(3), chunk: 2)])
    #expect(joined.count == 5)
    #expect(joined.actions.sliced(axis: 2, 0..<1).values == [0, 1, 1, 1, 0, 1, 1, 2, 2, 2])
    #expect(joined.weights.values == [1, 1, 1, 0, 1, 1, 1, 1, 1, 0])
  }

  @Test("weights of another shape stop with both shapes")
  func shapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ActionChunks(actions: .zeros([2, 3, 4]), weights: .zeros([2, 3, 4]))
    }
    expectMessage(result, "actions [2, 3, 4]", "weights [2, 3, 4]")
  }
}
