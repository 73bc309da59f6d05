import Foundation

/// The requests that wait for the policy. It answers one at a time: a network uses all cores itself.
final class InferenceQueue: @unchecked Sendable {
  /// How many requests may wait or run.
  let length: Int
  private let queue = DispatchQueue(label: "inference")
  private let lock = NSLock()
  private var requests = 0

  /// A queue of at most `length` requests.
  init(length: Int) { self.length = length }

  /// How many requests wait or run now.
  var count: Int { lock.withLock { requests } }

  /// Runs `work` when those before it have been answered.
  /// - Throws: ``Busy`` at once if the queue is full; what `work` throws.
  func callAsFunction<Result>(_ work: @escaping () throws -> Result) async throws -> Result {
    try lock.withLock {
      guard requests < length else { throw Busy(length: length) }
      requests += 1
    }
    defer { lock.withLock { requests -= 1 } }
    return try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Swift.Result(catching: work)) }
    }
  }
}

/// The queue is full.
struct Busy: Error, CustomStringConvertible {
  let length: Int
  var description: String { "\(length) requests are waiting: try again later" }
}
