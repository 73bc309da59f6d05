import Foundation
import Testing

@testable import Tensors

@Suite("Tensor memory") struct StorageTests {
  @Test("Every size gets enough memory, aligned to 64 bytes and not shared") func sizes() {
    let sizes = Array(0...400) + [1_023, 1_024, 1_025, 4_095, 65_537, 1_000_003]
    let all = sizes.map { size -> Storage in
      let storage = Storage(count: size)
      for i in 0..<size { storage.pointer[i] = Float(size) }
      return storage
    }
    for (storage, size) in zip(all, sizes) {
      #expect(Int(bitPattern: storage.pointer) % 64 == 0)
      let intact = (0..<size).allSatisfy { storage.pointer[$0] == Float(size) }
      #expect(intact)
    }
  }

  @Test("Tensors of eight threads at once do not share memory") func threads() {
    var intact = [Bool](repeating: false, count: 8)
    intact.withUnsafeMutableBufferPointer { slots in
      nonisolated(unsafe) let slots = slots
      DispatchQueue.concurrentPerform(iterations: 8) { thread in
        slots[thread] = (0..<2_000).allSatisfy { round in
          let x = Tensor.full([round % 50 + 1], Float(thread))
          return (x + 1).values.allSatisfy { $0 == Float(thread + 1) }
        }
      }
    }
    #expect(intact.allSatisfy { $0 })
  }

  /// In a separate process, where no other test allocates memory; measured where Linux reports it.
  @Test(
    "The memory of a training run does not grow over 1,000 steps",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")),
    .disabled(if: isUnderAddressSanitizer, "it keeps freed memory for a while"))
  func constantMemory() async {
    await #expect(processExitsWith: .success) {
      let early = trainAndMeasure(steps: 100)
      let late = trainAndMeasure(steps: 900)
      guard early > 0, late - early < 4_096 else {
        fatalError("memory grew from \(early) to \(late) kB")
      }
    }
  }
}

/// Whether the address sanitizer is part of this process.
private let isUnderAddressSanitizer = dlsym(nil, "__asan_init") != nil

/// Trains an attention block and an MLP for some steps, then returns the peak memory of the process
/// in kB.
private func trainAndMeasure(steps: Int) -> Int {
  var random = SeededRandom(seed: 1)
  let (query, key) = (
    Linear(inputs: 16, outputs: 16, using: &random), Linear(inputs: 16, outputs: 16, using: &random)
  )
  let (norm, table) = (LayerNorm(width: 16), Embedding(count: 9, width: 16, using: &random))
  let (up, down) = (
    Linear(inputs: 16, outputs: 64, using: &random), Linear(inputs: 64, outputs: 9, using: &random)
  )
  let optimizer = AdamW(
    [query, key, norm, table, up, down].flatMap { ($0 as! any Module).parameters })
  for _ in 0..<steps {
    let ids = (0..<96).map { _ in random.integer(below: 9) }
    let loss = backwardInShards(of: 8, microBatch: 2) { rows in
      let part = Array(ids[rows.lowerBound * 12..<rows.upperBound * 12])
      let x = table(part).reshaped([rows.count, 12, 16])
      let weights = query(x).matmul(transposed: key(x)).softmax().traced("weights")
      let mixed = norm(x + weights.matmul(x))
      let logits = down(up(mixed).gelu()).reshaped([-1, 9])
      return crossEntropy(logits, targets: part) + smoothL1(mixed.abs().log(), x) * 0.01
    }
    guard loss.isFinite else { return 0 }
    optimizer.step(learningRate: 1e-3, maximumNorm: 1)
    _ = withoutGradient { norm(table(ids)).argmax() }
    _ = table(ids).tanh().sigmoid().logSoftmax()  // a graph without a backward pass
  }
  var usage = rusage()
  getrusage(0, &usage)  // RUSAGE_SELF, which Glibc and Darwin import with different types
  #if canImport(Darwin)
    return usage.ru_maxrss / 1_024  // Darwin counts bytes, Linux kB
  #else
    return usage.ru_maxrss
  #endif
}
