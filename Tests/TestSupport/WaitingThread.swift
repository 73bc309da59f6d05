import Dispatch

/// Where tests run that wait for another process: a thread of their own, one test after another.
///
/// Swift Testing runs tests on as many threads as there are cores. A test that blocks one of them keeps
/// all others from it, those too that must answer a client in time.
///
///     @WaitingThread @Suite struct BridgeTests { … }
@globalActor public actor WaitingThread {
  public static let shared = WaitingThread()
  private static let executor = QueueExecutor()

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    Self.executor.asUnownedSerialExecutor()
  }
}

private final class QueueExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "tests that wait")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
