import ArgumentParser
import Files
import Foundation
import Tensors

/// `nanovla-bench`: how long the course's own code takes, one JSON object a line.
@main
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nanovla-bench",
    abstract: "Time the course's own transformer, policy and world.",
    discussion: """
      One JSON object a line: work, threads, dtype, median_ms, min_ms, cpu_ms (of all threads, the \
      median) and parameters. Works: \(Work.names { !$0.isLarge }). Those of published sizes take \
      minutes and 6 GB, and run when they are named: \(Work.names(\.isLarge)). Build with -c release.
      """)

  @Option(help: "Threads that share the work.")
  var threads = 2

  @Option(help: "Names of works, separated by commas. Default: all of nano size.")
  var only = ""

  @Option(
    help: "Measured runs of a long work; short ones run 3 to 100 times as often, large ones less.")
  var repeats = 9

  func validate() throws {
    guard 1...64 ~= threads else {
      throw ValidationError("--threads must be 1 to 64, not \(threads)")
    }
    guard 1...100_000 ~= repeats else {
      throw ValidationError("--repeats must be 1 to 100000, not \(repeats)")
    }
    guard let unknown = wanted.first(where: { name in !Work.all.contains { $0.name == name } })
    else { return }
    let line = "unknown work \"\(unknown)\"; there are \(Work.names { _ in true })\n"
    FileHandle.standardError.write(Data(line.utf8))
    throw ExitCode.validationFailure
  }

  func run() throws {
    Threads.count = threads
    for work in Work.all where wanted.isEmpty ? !work.isLarge : wanted.contains(work.name) {
      let (parameters, body) = try work.prepare()
      let measured = Measurement(repeats: work.runs(repeats), body)
      print(
        measured.json(of: work.name, dtype: work.dtype, threads: threads, parameters: parameters))
      fflush(stdout)
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
