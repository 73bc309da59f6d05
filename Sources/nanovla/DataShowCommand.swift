import ArgumentParser
import Blackboard
import Console
import Foundation
import Images
import NanoVLA
import Simulators

/// `nanovla data show`: what a dataset holds.
struct DataShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print what a dataset holds: instructions, shapes, rates, statistics.",
    discussion: """
      Statistics are computed from all actions. Beside them stand the dataset's own, if it has any: \
      LeRobot's quantiles are averages of the episodes' quantiles, and differ.
      """)

  @Argument(help: "Folder of demonstrations, LeRobot folder, HDF5 file or folder of these.")
  var dataset: String

  @Option(help: "PNG file for a contact sheet: eight frames of each of --episodes episodes.")
  var sheet: String?

  @Option(help: "Episodes on the contact sheet, equally far apart.")
  var episodes = 8

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var foreign: ForeignOptions

  func run() throws {
    guard 1...100 ~= episodes else {
      throw RequestError("--episodes must be 1 to 100, not \(episodes)")
    }
    var reading = foreign.reading
    let source: any EpisodeSource
    do {
      source = try datasetSource(dataset, reading, python: foreign.python)
    } catch ForeignDatasetError.noActionKind {
      // To look is how a user finds out.
      reading.actions = .absolute
      source = try datasetSource(dataset, reading, python: foreign.python)
    }
    if let wanted = foreign.actions { try source.header.require(wanted, in: dataset) }
    let isKnown = foreign.actions == reading.actions
    let report = try DatasetReport(source, kindIsKnown: isKnown)
    if json { try printJSON(report) } else { report.lines().forEach { print($0) } }
    guard let sheet else { return }
    try contactSheet(of: source).writePNG(to: URL(fileURLWithPath: sheet))
    Console.standardError("The contact sheet is in \(sheet)\n")
  }

  private func contactSheet(of source: any EpisodeSource) throws -> RGBImage {
    let count = min(episodes, source.episodes.count)
    let shown = (0..<count).map { $0 * source.episodes.count / count }
    let factor = max(1, 96 / source.header.imageSize!.width)
    return .contactSheet(
      episodes: try shown.map { index in
        let episode = try source.episode(index)
        return (
          caption: "\(index): \(episode.instruction), \(episode.frames.count) steps",
          frames: episode.frames
        )
      }, enlargedBy: factor)
  }
}
