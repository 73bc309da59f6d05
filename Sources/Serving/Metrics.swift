import Foundation

/// What a server counts, in the text that Prometheus reads.
///
/// - Reference: Prometheus, "Exposition formats": text-based format, version 0.0.4.
final class Metrics: @unchecked Sendable {
  /// Upper bounds of the histogram, in seconds.
  private static let bounds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]
  static let type = "text/plain; version=0.0.4; charset=utf-8"

  private let lock = NSLock()
  private var requests: [String: Int] = [:]  // by labels
  private var histogram = [Int](repeating: 0, count: bounds.count + 1)
  private var seconds = 0.0

  /// Counts a request of `door`, the client's protocol, with its result and time.
  func count(_ door: String, _ result: String, seconds: Double) {
    lock.withLock {
      requests["protocol=\"\(door)\",result=\"\(result)\"", default: 0] += 1
      let bin = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
      histogram[bin] += 1
      self.seconds += seconds
    }
  }

  /// The page of `/metrics`.
  func text(waiting: Int) -> String {
    lock.withLock {
      var lines = [
        "# HELP nanovla_requests_total Requests answered, by the client's protocol and the result.",
        "# TYPE nanovla_requests_total counter",
      ]
      lines += requests.sorted { $0.key < $1.key }.map { "nanovla_requests_total{\($0)} \($1)" }
      lines += [
        "# HELP nanovla_request_seconds Time from a whole request to its reply.",
        "# TYPE nanovla_request_seconds histogram",
      ]
      var sum = 0
      for (bin, count) in histogram.enumerated() {
        sum += count
        let bound = bin < Self.bounds.count ? "\(Self.bounds[bin])" : "+Inf"
        lines.append("nanovla_request_seconds_bucket{le=\"\(bound)\"} \(sum)")
      }
      lines += [
        "nanovla_request_seconds_sum \(seconds)", "nanovla_request_seconds_count \(sum)",
        "# HELP nanovla_waiting_requests Requests that wait for the policy or run now.",
        "# TYPE nanovla_waiting_requests gauge", "nanovla_waiting_requests \(waiting)",
      ]
      return lines.joined(separator: "\n") + "\n"
    }
  }
}
