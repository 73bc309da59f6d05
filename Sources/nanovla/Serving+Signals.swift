import Dispatch
import Foundation

/// Runs a server on this thread until SIGINT or SIGTERM; then `stop` lets it finish what runs. A second
/// signal ends the program at once.
func untilSignaled(
  stop: @escaping @Sendable () -> Void, _ serve: @escaping @Sendable () async throws -> Void
) throws {
  let sources = [SIGINT, SIGTERM].map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
      signal(number, SIG_DFL)
      stop()
    }
    source.resume()
    return source
  }
  defer { sources.forEach { $0.cancel() } }
  final class Ending: @unchecked Sendable { var error: (any Error)? }
  let (done, ending) = (DispatchSemaphore(value: 0), Ending())
  Task {
    do { try await serve() } catch { ending.error = error }
    done.signal()
  }
  done.wait()
  if let error = ending.error { throw error }
}
