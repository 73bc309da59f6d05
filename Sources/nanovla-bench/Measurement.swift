import Foundation

/// The time of a workload in milliseconds, over many runs.
///
/// The median is the typical time; the minimum is the time on an otherwise idle machine. CPU time
/// is the sum over all threads: twice the wall time means that two threads were busy throughout.
struct Measurement {
  /// Wall time, and the median CPU time, in milliseconds.
  let median, minimum, cpuMedian: Double

  /// Measures `repeats` runs of `body`, after two that fill buffers and caches.
  init(repeats: Int, _ body: () -> Void) {
    for _ in 0..<2 { body() }
    var wall: [Double] = []
    var cpu: [Double] = []
    for _ in 0..<repeats {
      let start = (wall: Self.milliseconds(CLOCK_MONOTONIC), cpu: Self.processMilliseconds)
      body()
      wall.append(Self.milliseconds(CLOCK_MONOTONIC) - start.wall)
      cpu.append(Self.processMilliseconds - start.cpu)
    }
    (wall, cpu) = (wall.sorted(), cpu.sorted())
    (median, minimum, cpuMedian) = (wall[wall.count / 2], wall[0], cpu[cpu.count / 2])
  }

  /// One line of JSON, with the same keys as our PyTorch benchmark, for comparison.
  func json(of work: String, dtype: String, threads: Int, parameters: Int) -> String {
    func rounded(_ milliseconds: Double) -> String { String(format: "%.3f", milliseconds) }
    return """
      {"work": "\(work)", "threads": \(threads), "dtype": "\(dtype)", \
      "median_ms": \(rounded(median)), "min_ms": \(rounded(minimum)), \
      "cpu_ms": \(rounded(cpuMedian)), "parameters": \(parameters)}
      """
  }

  private static var processMilliseconds: Double { milliseconds(CLOCK_PROCESS_CPUTIME_ID) }

  private static func milliseconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}
