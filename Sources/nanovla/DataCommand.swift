import ArgumentParser
import Blackboard
import Foundation
import NanoVLA
import Tabletop

/// `nanovla data`: demonstrations of the toy world, as many as you like.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Record demonstrations by the scripted expert.",
    discussion: """
      Without options it makes the bundled data set anew, pixel for pixel. With them, say where to \
      write: nanovla data --suite goal --count 500 --output goal-demonstrations
      """)

  @Option(help: "object, spatial, goal, long or obstacle.")
  var suite = "object"

  @Option(help: "How many successful episodes.")
  var count = 100

  @Option(help: "The first layout's seed; held-out layouts begin at 1000000.")
  var seed: UInt64 = 0

  @Option(
    help: "Standard deviation of the executed actions' noise, as a share of the largest step.")
  var noise: Float = 0.10

  @Option(help: "Probability that the executed gripper command is the opposite one.")
  var flips: Float = 0

  @Option(help: "Pixels along each side of a frame.")
  var size = 64

  @Option(help: "The folder to write. Default: the bundled one, in the source checkout.")
  var output: String?

  func run() throws {
    let (suite, folder) = try checkedOptions()
    var progress = Progress()
    let dataset = try DemonstrationDataset.generate(
      suite: suite, count: count, firstSeed: seed, noise: noise, flips: flips,
      renderer: Renderer(size: size)
    ) { done in progress.report(done, of: count, "episodes") }
    let demonstrations = dataset.demonstrations
    let statistics = try ActionStatistics(
      of: demonstrations.flatMap(\.actions).map { RobotAction($0) }, in: .tabletop,
      proprioception: demonstrations.flatMap(\.proprioception),
      trajectories: demonstrations.count)
    try dataset.write(to: folder)
    try ActionStatistics.write(
      ["tabletop_\(suite.rawValue)": statistics],
      to: folder.appendingPathComponent("dataset_statistics.json"))
    print("\(count) \(suite) demonstrations, \(dataset.frameCount) frames, in \(folder.path)")
  }

  /// What can be wrong is found before any work is done, and told in one line.
  private func checkedOptions() throws -> (Suite, URL) {
    guard let known = Suite(rawValue: suite) else {
      let names = Suite.allCases.map(\.rawValue).joined(separator: ", ")
      throw DatasetError.badRequest("unknown suite \"\(suite)\"; there are \(names)")
    }
    guard (16...512).contains(size) else {
      throw DatasetError.badRequest("a frame has 16 to 512 pixels along each side, not \(size)")
    }
    guard count > 0 else {
      throw DatasetError.badRequest("--count must be at least 1, not \(count)")
    }
    if let output { return (known, URL(fileURLWithPath: output)) }
    let isBundledRecipe =
      suite == "object" && count == 100 && seed == 0 && noise == 0.10 && flips == 0 && size == 64
    guard isBundledRecipe else {
      throw DatasetError.badRequest("give --output: these options do not make the bundled data set")
    }
    return (known, try checkoutFolder())
  }

  private func checkoutFolder() throws -> URL {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = sources.appendingPathComponent("Tabletop/Demonstrations")
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw DatasetError.badRequest(
        "the source checkout is not at \(sources.path): give --output")
    }
    return folder
  }
}
