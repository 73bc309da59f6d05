import CKernels
import Foundation
import Testing

@testable import Tensors

/// The tests that set the number of threads, one after the other.
@Suite("Work on several threads", .serialized) struct ParallelTests {
  func onThreads<Result>(_ count: Int, _ body: () -> Result) -> Result {
    let before = Threads.count
    Threads.count = count
    defer { Threads.count = before }
    return body()
  }

  @Test("Shards cover every row once and come back in order", arguments: [1, 2, 3, 8])
  func shards(threads: Int) {
    for count in [0, 1, 2, 3, 17, 65] {
      let found = onThreads(threads) { inShards(of: count) { $0 } }
      #expect(found.flatMap { Array($0) } == Array(0..<count))
      #expect(found.count == max(1, min(threads, count)))
      #expect(found.allSatisfy { $0.count <= count / found.count + 1 })
    }
  }

  @Test("Inside a shard all work stays on its thread") func nested() {
    let inner = onThreads(2) {
      inShards(of: 2) { _ in
        let own = pthread_self()
        return inShards(of: 10) { ($0, pthread_self() == own) }
      }
    }
    #expect(inner.allSatisfy { $0.count == 1 && $0[0].0 == 0..<10 && $0[0].1 })
    #expect(kernel_thread_state().pointee.isShard == false)
  }

  @Test("Shards record gradients exactly if their caller does") func recording() {
    let x = random(3).asParameter()
    let (on, off) = onThreads(2) {
      (
        inShards(of: 2) { _ in x.exp().requiresGradient },
        withoutGradient { inShards(of: 2) { _ in x.exp().requiresGradient } }
      )
    }
    #expect(on == [true, true] && off == [false, false])
    #expect(x.exp().requiresGradient)
  }

  @Test("A recording of shapes sees nothing of shards") func untraced() {
    let entries = ShapeTrace.recording {
      _ = onThreads(2) { inShards(of: 2) { _ in _ = Tensor.zeros([1]).traced("shard") } }
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
    let total = onThreads(threads) {
      backwardInShards(of: 13, microBatch: microBatch, loss: loss)
    }
    return [[total]] + parameters.map { $0.gradient!.values }
  }

  @Test(
    "A pass in shards equals one pass over the batch",
    arguments: [1, 2, 3, 16], [1, 4, 13, Int.max])
  func equalsOnePass(threads: Int, microBatch: Int) {
    let (parameters, loss) = network()
    let whole = loss(0..<13)
    whole.backward()
    let expected = [[whole.item]] + parameters.map { $0.gradient!.values }
    let found = pass(threads: threads, microBatch: microBatch)
    for (a, b) in zip(found, expected) {
      let worst = zip(a, b).map { abs($0 - $1) }.max()!
      #expect(worst < 1e-6)
    }
  }

  @Test("A pass is the same bit for bit each time", arguments: [1, 2, 3]) func same(threads: Int) {
    let first = pass(threads: threads, microBatch: 3)
    for _ in 0..<20 {
      let again = pass(threads: threads, microBatch: 3)
      #expect(again == first)
    }
  }

  @Test("A pass adds to gradients that are there, and leaves a frozen parameter alone")
  func adds() {
    let (parameters, loss) = network()
    parameters[0].isFrozen = true
    parameters[1].gradient = Tensor.full(parameters[1].shape, 1)
    _ = onThreads(2) { backwardInShards(of: 13, loss: loss) }
    let expected = pass(threads: 2)[2].map { Double($0) + 1 }
    #expect(parameters[0].gradient == nil)
    #expect(worstError(parameters[1].gradient!.values, expected) < 1e-6)
  }

  @Test("A batch of no rows is refused") func noRows() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = Tensor.zeros([1]).asParameter()
      _ = backwardInShards(of: 0) { _ in x.sum() }
    }
    expectMessage(result, "0 rows")
  }

  /// B, M, N, K with at least 2²² multiplications, none of them a round number.
  static let large = [
    [1, 301, 97, 145], [1, 3, 1_201, 1_203], [7, 83, 85, 87], [33, 61, 47, 67],
  ]

  @Test("Large products on two threads are those of a plain loop", arguments: large)
  func largeProducts(size: [Int]) {
    let (b, m, n, k) = (size[0], size[1], size[2], size[3])
    let (x, y, z) = (random(b, m, k), random(b, k, n, seed: 2), random(b, n, k, seed: 3))
    let plain = plainProduct(x, y, (b, m, n, k), transposed: false, shared: false)
    let turned = plainProduct(x, z, (b, m, n, k), transposed: true, shared: false)
    for threads in [1, 2] {
      let (left, right) = onThreads(threads) { (x.matmul(y), x.matmul(transposed: z)) }
      #expect(worstError(left.values, plain) < 1e-4)
      #expect(worstError(right.values, turned) < 1e-4)
    }
  }

  @Test("Gradients of large products are the products with the transpose", arguments: large)
  func largeGradients(size: [Int]) {
    let (b, m, n, k) = (size[0], size[1], size[2], size[3])
    let (x, y) = (random(b, m, k).asParameter(), random(b, k, n, seed: 2).asParameter())
    let z = y.detached().transposed(1, 2).asParameter()
    let w = random(b, m, n, seed: 4)
    onThreads(2) { (x.matmul(y) * w).sum().backward() }
    // ∂x = w yᵀ, ∂y = xᵀ w
    let left = plainProduct(w, y, (b, m, k, n), transposed: true, shared: false)
    let turned = x.detached().transposed(1, 2)
    let right = plainProduct(turned, w, (b, k, n, m), transposed: false, shared: false)
    #expect(worstError(x.gradient!.values, left) < 1e-4)
    #expect(worstError(y.gradient!.values, right) < 1e-4)
    x.gradient = nil
    onThreads(2) { (x.matmul(transposed: z) * w).sum().backward() }
    #expect(worstError(x.gradient!.values, left) < 1e-4)
    let found = z.gradient!.transposed(1, 2).values
    #expect(worstError(found, right) < 1e-4)
  }

  @Test("A large linear layer on two threads") func largeLinear() {
    let (x, weight) = (random(7, 43, 145).asParameter(), random(97, 145, seed: 2).asParameter())
    let bias = random(97, seed: 3).asParameter()
    let w = random(7, 43, 97, seed: 4)
    let y = onThreads(2) { x.linear(weight: weight, bias: bias) }
    let plain = plainProduct(x, weight, (1, 301, 97, 145), transposed: true, shared: true)
    let expected = plain.enumerated().map { $1 + Double(bias.values[$0 % 97]) }
    #expect(worstError(y.values, expected) < 1e-4)
    onThreads(2) { (y * w).sum().backward() }
    let left = plainProduct(w, weight, (1, 301, 145, 97), transposed: false, shared: true)
    let turned = w.reshaped([301, 97]).transposed(0, 1)
    let rows = x.detached().reshaped([301, 145])
    let right = plainProduct(turned, rows, (1, 97, 145, 301), transposed: false, shared: true)
    #expect(worstError(x.gradient!.values, left) < 1e-4)
    #expect(worstError(weight.gradient!.values, right) < 1e-4)
    let sums = w.reshaped([301, 97]).sum(axis: 0).values.map { Double($0) }
    #expect(worstError(bias.gradient!.values, sums) < 1e-4)
  }
}
