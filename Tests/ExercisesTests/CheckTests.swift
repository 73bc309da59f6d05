import Foundation
import Tensors
import Testing

@testable import Exercises

/// How a checked script ends; each runs in a process of its own.
@Suite struct CheckTests {
  private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

  @Test("a right function ends with 0 and a wrong one with 1, both with a verdict")
  func verdicts() async {
    let right = await #expect(processExitsWith: .exitCode(0), observing: [\.standardOutputContent])
    {
      check(MergedLoRA.self) { weight, a, b, alpha in
        weight + b.matmul(a) * (alpha / Float(a.dim(0)))
      }
    }
    let rightText = text(right?.standardOutputContent)
    #expect(rightText.hasPrefix("passed: "))
    let wrong = await #expect(processExitsWith: .exitCode(1), observing: [\.standardOutputContent])
    {
      check(MergedLoRA.self) { weight, a, b, _ in weight + b.matmul(a) }
    }
    let wrongText = text(wrong?.standardOutputContent)
    #expect(wrongText.contains("α/r is missing"))
  }

  @Test("a function that is not written ends with 3")
  func notWritten() async {
    await #expect(processExitsWith: .exitCode(3)) {
      check(Patches.self) { _, _ in notAttempted() }
    }
  }

  @Test("a function that never returns is ended, with the inputs of its call")
  func endless() async {
    let result = await #expect(
      processExitsWith: .exitCode(4), observing: [\.standardOutputContent]
    ) {
      CurrentCall.begin(seconds: 1)
      CurrentCall.note("x [3]")
      while true { usleep(1000) }
    }
    let said = text(result?.standardOutputContent)
    #expect(said.contains("no answer within 1 s"))
    #expect(said.contains("while your function was called with x [3]\n"))
  }

  @Test("a crash and an endless recursion say with which inputs the function was called")
  func crashes() async {
    let crash = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      check(PlainAttention.self) { query, key, _, _ in query.matmul(key) }
    }
    let crashText = text(crash?.standardErrorContent)
    #expect(crashText.contains("matmul"))
    #expect(crashText.contains("while your function was called with query ["))

    let recursion = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      func again(_ x: Float) -> Float { x.isNaN ? 0 : again(x + 1) + 1 }
      check(EnsembleOfChunks.self) { chunks, _, _ in chunks[0][0].map(again) }
    }
    let recursionText = text(recursion?.standardErrorContent)
    #expect(recursionText.contains("while your function was called with 6"))
  }
}
