import Foundation

/// How long one piece of work takes, in milliseconds, over many runs.
///
/// The median is what to expect, the least what the machine can do when nothing else disturbs it.
/// CPU time counts all threads: twice the wall time means that two threads were busy throughout.
struct Measurement {
  let median, least, cpuMedian: Double

  /// Two runs to warm up (buffers, caches), then `repeats` measured ones.
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
    (median, least, cpuMedian) = (wall[wall.count / 2], wall[0], cpu[cpu.count / 2])
  }

  /// One line of JSON with the keys of a PyTorch peer's report, so that the two can be compared.
  func json(of work: String, dtype: String, threads: Int, parameters: Int) -> String {
    func rounded(_ milliseconds: Double) -> String { String(format: "%.3f", milliseconds) }
    return """
      {"work": "\(work)", "threads": \(threads), "dtype": "\(dtype)", \
      "median_ms": \(rounded(median)), "min_ms": \(rounded(least)), \
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
