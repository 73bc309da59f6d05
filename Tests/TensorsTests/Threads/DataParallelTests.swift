import CKernels
import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Data parallelism") struct DataParallelTests {
  @Test("Shards cover every row once, and their results are in order", arguments: [1, 2, 3, 8])
  func shards(threads: Int) {
    for count in [0, 1, 2, 3, 17, 65] {
      let found = withThreads(threads) { inShards(of: count) { $0 } }
      #expect(found.flatMap { Array($0) } == Array(0..<count))
      #expect(found.count == max(1, min(threads, count)))
      #expect(found.allSatisfy { $0.count <= count / found.count + 1 })
    }
  }

  @Test("Work inside a shard stays on the thread of the shard") func nested() {
    let inner = withThreads(2) {
      inShards(of: 2) { _ in
        let own = pthread_self()
        return inShards(of: 10) { ($0, pthread_self() == own) }
      }
    }
    #expect(inner.allSatisfy { $0.count == 1 && $0[0].0 == 0..<10 && $0[0].1 })
    #expect(thread_state().pointee.isShard == false)
  }

  @Test("Shards record gradients if and only if their caller does") func recording() {
    let x = uniform(3).asParameter()
    let (on, off) = withThreads(2) {
      (
        inShards(of: 2) { _ in x.exp().requiresGradient },
        withoutGradient { inShards(of: 2) { _ in x.exp().requiresGradient } }
      )
    }
    #expect(on == [true, true] && off == [false, false])
    #expect(x.exp().requiresGradient)
  }

  @Test("Shape traces do not record inside shards") func untraced() {
    let entries = ShapeTrace.recording {
      _ = withThreads(2) { inShards(of: 2) { _ in _ = Tensor.zeros([1]).traced("shard") } }
    }.entries
    #expect(entries.isEmpty)
  }

  /// A small network's loss over some of 13 rows, and its parameters.
  func network() -> (parameters: [Tensor], loss: (Range<Int>) -> Tensor) {
    var random = SeededRandom(seed: 11)
    let first = Linear(inputs: 7, outputs: 33, using: &random)
    let norm = LayerNorm(width: 33)
    let second = Linear(inputs: 33, outputs: 5, using: &random)
    let x = Tensor.normal([13, 7], using: &random)
    let targets = (0..<13).map { _ in random.integer(below: 5) }
    return (
      first.parameters + norm.parameters + second.parameters,
      { rows in
        let hidden = norm(first(x.sliced(axis: 0, rows)).gelu())
        return crossEntropy(second(hidden + hidden.tanh()), targets: Array(targets[rows]))
      }
    )
  }

  /// Loss and gradients of a pass in shards.
  func pass(threads: Int, microBatch: Int = .max) -> [[Float]] {
    let (parameters, loss) = network()
    let total = withThreads(threads) {
      backwardInShards(of: 13, microBatch: microBatch, loss: loss)
    }
    return [[total]] + parameters.map { $0.gradient!.values }
  }

  @Test(
    "A backward pass in shards equals one pass over the batch",
    arguments: [1, 2, 3, 16], [1, 4, 13, Int.max])
  func equalsOnePass(threads: Int, microBatch: Int) {
    let (parameters, loss) = network()
    let whole = loss(0..<13)
    whole.backward()
    let expected = [[whole.item]] + parameters.map { $0.gradient!.values }
    let found = pass(threads: threads, microBatch: microBatch)
    for (a, b) in zip(found, expected) {
      let largest = zip(a, b).map { abs($0 - $1) }.max()!
      #expect(largest < 1e-6)
    }
  }

  @Test("A backward pass in shards is bit-identical each time", arguments: [1, 2, 3]) func same(
    threads: Int
  ) {
    let first = pass(threads: threads, microBatch: 3)
    for _ in 0..<20 {
      let again = pass(threads: threads, microBatch: 3)
      #expect(again == first)
    }
  }

  @Test("A backward pass in shards adds to existing gradients and skips frozen parameters")
  func adds() {
    let (parameters, loss) = network()
    parameters[0].isFrozen = true
    parameters[1].gradient = Tensor.full(parameters[1].shape, 1)
    _ = withThreads(2) { backwardInShards(of: 13, loss: loss) }
    let expected = pass(threads: 2)[2].map { Double($0) + 1 }
    #expect(parameters[0].gradient == nil)
    #expect(maximumError(parameters[1].gradient!.values, expected) < 1e-6)
  }

  @Test("A batch without rows is refused") func noRows() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = Tensor.zeros([1]).asParameter()
      _ = backwardInShards(of: 0) { _ in x.sum() }
    }
    expectMessage(result, "0 rows")
  }
}
