import Blackboard
import Files
import Foundation

/// A lesson that is run with several seeds.
///
/// After each of them what was measured so far is written to the build folder, so that an interrupted
/// measurement continues. Only when it is complete, the bands in the checkout are replaced.
struct BandsMeasurement {
  let lesson: LessonFile
  let checkout: Checkout
  private let script: Script
  private let executable: String
  private let knobs: [String]

  /// Builds the lesson.
  init(of lesson: LessonFile, in checkout: Checkout) throws {
    (self.lesson, self.checkout) = (lesson, checkout)
    script = Script(
      product: lesson.product, name: "lesson \(lesson.number)", file: lesson.file,
      list: "lessons", checkout: checkout)
    executable = try script.build()
    let source = checkout.lessonsFolder.appending(path: lesson.file)
    knobs = Knobs.declarations(in: try String(contentsOf: source, encoding: .utf8))
  }

  /// What one seed gave: an object that the lesson prints with `--json --charts`.
  struct Run: Codable {
    var seed: UInt64?
    let results: [String: Double?]
    let charts: [String: [String: [[Double]]]]
    let seconds: Double
  }

  /// Runs all `seeds` that are not measured yet.
  /// - Returns: the path of the bands' file, from the checkout.
  func run(seeds: [UInt64]) throws -> String {
    var partial = Partial(of: executable, in: checkout, named: bandsName)
    for (done, seed) in seeds.enumerated() where !partial.runs.contains(where: { $0.seed == seed })
    {
      let rest = partial.runs.map(\.seconds).max().map { Int($0) * (seeds.count - done) }
      standardError(
        "\(script.name): seed \(seed), \(done + 1) of \(seeds.count)"
          + (rest.map { ", about \($0) s to go" } ?? "") + "\n")
      partial.runs.append(try measured(seed))
      try partial.write()
    }
    let runs = seeds.compactMap { seed in partial.runs.first { $0.seed == seed } }
    let file = checkout.root.appending(path: "Sources/Blackboard/Bands/\(bandsName)")
    try Data(bands(of: runs).json.utf8).writeAtomically(to: file)
    partial.remove()
    return "Sources/Blackboard/Bands/\(bandsName)"
  }

  private var bandsName: String { "\(lesson.product).json" }

  /// Runs the lesson in a folder of its own, where its pictures overwrite nothing.
  private func measured(_ seed: UInt64) throws -> Run {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appending(path: "nanovla-bands-\(UUID().uuidString)")
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    let home = files.currentDirectoryPath
    defer {
      _ = files.changeCurrentDirectoryPath(home)
      try? files.removeItem(at: folder)
    }
    guard files.changeCurrentDirectoryPath(folder.path) else {
      throw Problem.noFolder(folder.path)
    }
    var lines: [String] = []
    let arguments = ["--seed", "\(seed)", "--json", "--charts"]
    let ending = try ChildProcess(executable, arguments).run { lines.append($0) }
    if ending != .exited(0) { standardError(lines.suffix(20).map { $0 + "\n" }.joined()) }
    try ending.passOnUnlessSuccess()
    guard let line = lines.last(where: { $0.hasPrefix("{") }),
      var run = try? JSONDecoder().decode(Run.self, from: Data(line.utf8))
    else { throw Problem.noReport(lesson: lesson.number) }
    run.seed = seed
    return run
  }

  private func bands(of runs: [Run]) -> LessonBands {
    var bands = LessonBands(knobs: knobs)
    bands.seeds = runs.compactMap(\.seed)
    for name in Set(runs.flatMap(\.results.keys)) {
      bands.results[name] = runs.map { $0.results[name] ?? nil }
    }
    for chart in Set(runs.flatMap(\.charts.keys)) {
      let curves = runs.map { $0.charts[chart] ?? [:] }
      for name in Set(curves.flatMap(\.keys)) {
        let points = curves.map {
          ($0[name] ?? []).filter { $0.count == 2 }.map { (x: $0[0], y: $0[1]) }
        }
        bands.charts[chart, default: [:]][name] = CurveBand(points)
      }
    }
    return bands
  }

  /// The runs that an interrupted measurement of the same executable has done.
  private struct Partial {
    var runs: [Run] = []
    private let file: URL

    init(of executable: String, in checkout: Checkout, named name: String) {
      let bytes =
        (try? Data(contentsOf: URL(filePath: executable), options: .mappedIfSafe)) ?? Data()
      let folder = checkout.scratch.appending(path: "bands")
      try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      var hash = FNV1a()
      hash.add(bytes)
      file = folder.appending(path: "\(hash.hexadecimal)-\(name)")
      if let data = try? Data(contentsOf: file) {
        runs = (try? JSONDecoder().decode([Run].self, from: data)) ?? []
      }
    }

    func write() throws { try JSONEncoder().encode(runs).writeAtomically(to: file) }
    func remove() { try? FileManager.default.removeItem(at: file) }
  }
}
