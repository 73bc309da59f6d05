import ArgumentParser
import Blackboard
import Console
import Files
import Foundation
import NanoVLA
import Runs
import Tabletop

/// `nanovla data record`, or `nanovla data` alone: records demonstrations of the scripted expert.
struct DataRecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record demonstrations of the scripted expert.",
    discussion: """
      Without options, the command regenerates the bundled dataset, pixel for pixel. With options, \
      name the folder to write: nanovla data --suite goal --count 500 --output goal-demonstrations

      A simulator's expert is recorded the same way, noise in every second episode:

        nanovla data --environment metaworld:drawer-open-v3 --count 100 --output drawer \\
          --python VENV/bin/python
      """)

  @Option(help: "object, spatial, goal, long, obstacle or belt.")
  var suite = "object"

  @Option(help: "Number of successful episodes.")
  var count = 100

  @Option(help: "Seed of the first layout; held-out layouts start at 1000000.")
  var seed: UInt64 = 0

  @Option(
    help: "Standard deviation of the action noise, as a fraction of the largest step (0.1; 0.5).")
  var noise: Float?

  @Option(help: "Probability that a gripper command is inverted.")
  var flips: Float = 0

  @Option(help: "Width and height of a frame, in pixels.")
  var size = 64

  @Option(help: "Folder to write (the bundled dataset in the source checkout).")
  var output: String?

  @OptionGroup(title: "Simulator") var simulator: SimulatorOptions

  func run() throws {
    if let settings = try simulator.settings(imageSize: size) {
      return try record(in: settings)
    }
    let (suite, folder) = try checkedOptions()
    let noise = noise ?? 0.10
    if seed < Suite.firstPretrainingSeed, seed + UInt64(count) > Suite.firstHeldOutSeed {
      Console.standardError(
        "Warning: layouts from \(Suite.firstHeldOutSeed) on are held out for evaluation: a policy "
          + "that learns from them is measured on what it was trained on\n")
    }
    let lock = try FolderLock(folder)
    defer { lock.release() }
    var progress = Progress()
    let dataset = try DemonstrationDataset.generate(
      suite: suite, count: count, firstSeed: seed, noise: noise, flips: flips,
      imageSize: size
    ) { done in progress.report(done, of: count, "episodes") }
    let statistics = try ActionStatistics(of: dataset.demonstrations)
    try dataset.write(to: folder)
    try ActionStatistics.write(
      ["tabletop_\(suite.rawValue)": statistics],
      to: folder.appendingPathComponent("dataset_statistics.json"))
    print("\(count) \(suite) demonstrations, \(dataset.frameCount) frames, in \(folder.path)")
  }

  /// Checks all options before any work is done.
  private func checkedOptions() throws -> (Suite, URL) {
    guard let known = Suite(rawValue: suite) else {
      let names = Suite.allCases.map(\.rawValue).joined(separator: ", ")
      throw DatasetError.badRequest("unknown suite \"\(suite)\"; the suites are \(names)")
    }
    guard (16...512).contains(size) else {
      throw DatasetError.badRequest("--size must be 16 to 512 pixels, not \(size)")
    }
    guard count > 0 else {
      throw DatasetError.badRequest("--count must be at least 1, not \(count)")
    }
    if let output { return (known, URL(fileURLWithPath: output)) }
    let isBundledRecipe =
      suite == "object" && count == 100 && seed == 0 && noise ?? 0.10 == 0.10 && flips == 0
      && size == 64
    guard isBundledRecipe else {
      throw DatasetError.badRequest(
        "these options do not produce the bundled dataset: name a folder with --output")
    }
    return (known, try checkoutFolder())
  }

  private func checkoutFolder() throws -> URL {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = sources.appendingPathComponent("Tabletop/Demonstrations")
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw DatasetError.badRequest(
        "no source checkout at \(sources.path): name a folder with --output")
    }
    return folder
  }
}
