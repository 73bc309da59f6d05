import Dispatch

/// The threads on which a server's tasks run. Swift's own are as many as the cores, and whoever blocks
/// them, a training in the same program for instance, would keep clients waiting.
@available(macOS 15, *)
final class ServerThreads: TaskExecutor {
  private let queue = DispatchQueue(label: "server", attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
