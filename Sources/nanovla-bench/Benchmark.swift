import ArgumentParser
import Files
import Foundation
import Ranks
import Tensors

/// `nanovla-bench`: measures how long the course's code takes; prints one JSON object per line.
@main
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nanovla-bench",
    abstract: "Measure the time of the course's transformer, policy and simulator.",
    discussion: """
      Prints one JSON object per line: work, threads, dtype, median_ms, min_ms, cpu_ms (median, all \
      threads together) and parameters. Workloads: \
      \(Workload.names { !$0.isLarge }). Those of published sizes take minutes and 6 GB, and run \
      only if named: \(Workload.names(\.isLarge)). Build with -c release.
      """)

  @Option(help: "The number of threads.")
  var threads = 2

  @Option(help: "Names of workloads, separated by commas. Default: all of nano size.")
  var only = ""

  @Option(
    help: """
      Measured runs of a long workload; short ones run 3 to 100 times as often, large ones less.
      """)
  var repeats = 9

  @Flag(
    help: """
      Measure instead what the processes that mpirun starts gain together, with --threads each; with \
      two of them, predict the time on more machines.
      """)
  var distributed = false

  func validate() throws {
    guard 1...64 ~= threads else {
      throw ValidationError("--threads must be 1 to 64, not \(threads)")
    }
    guard 1...100_000 ~= repeats else {
      throw ValidationError("--repeats must be 1 to 100000, not \(repeats)")
    }
    guard let unknown = wanted.first(where: { name in !Workload.all.contains { $0.name == name } })
    else { return }
    let line =
      "unknown workload \"\(unknown)\"; the workloads are \(Workload.names { _ in true })\n"
    FileHandle.standardError.write(Data(line.utf8))
    throw ExitCode.validationFailure
  }

  func run() throws {
    guard !distributed else { return try runShared() }
    for workload in Workload.all
    where wanted.isEmpty ? !workload.isLarge : wanted.contains(workload.name) {
      let (parameters, measured) = try withThreads(threads) {
        let (parameters, body) = try workload.prepare()
        return (parameters, Measurement(repeats: workload.runs(repeats), body))
      }
      print(
        measured.json(
          of: workload.name, dtype: workload.dtype, threads: threads, parameters: parameters))
      fflush(stdout)
    }
  }

  private func runShared() throws {
    try withThreads(threads) {
      let ranks = try OpenMPI()
      if !ranks.isFirst { freopen("/dev/null", "w", stdout) }
      try SharedBenchmark(ranks: ranks, repeats: repeats)()
      ranks.finish()
    }
  }

  private var wanted: [String] {
    only.isEmpty
      ? []
      : only.components(separatedBy: ",").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
  }
}
