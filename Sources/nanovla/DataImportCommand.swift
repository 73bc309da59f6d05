import ArgumentParser
import Blackboard
import Console
import Foundation
import Images
import NanoVLA
import Simulators

/// `nanovla data import`: a dataset of another program becomes one of ours.
struct DataImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Read a LeRobot dataset, or HDF5 demonstrations of LIBERO or robomimic.",
    discussion: """
      A Python of yours reads them; a library that it lacks is named with the line that installs it:

        python3 -m venv VENV && VENV/bin/pip install pyarrow pandas pillow h5py av
        nanovla data import pusht --actions absolute --size 96 --output pusht-episodes \\
          --python VENV/bin/python

      One camera is read. An import that was interrupted goes on when it is run again.
      """)

  @Argument(help: "LeRobot folder, HDF5 file, or folder of HDF5 files.")
  var source: String

  @Option(help: "Folder to write.")
  var output: String

  @Option(help: "Width and height of a frame in pixels, 64 or 96x64 (as recorded).")
  var size: String?

  @Option(help: "The most episodes that are read (all).")
  var count: Int?

  @Option(help: "Convert the actions to absolute, relative or delta ones; this needs the state.")
  var convert: ActionKind?

  @OptionGroup var foreign: ForeignOptions

  func run() throws {
    let size = try checkedSize()
    if let count, count < 1 { throw RequestError("--count must be at least 1, not \(count)") }
    let source = try datasetSource(source, foreign.reading, python: foreign.python)
    if let wanted = foreign.actions { try source.header.require(wanted, in: self.source) }
    var header = source.header
    header.imageSize = size ?? header.imageSize
    header.actions = convert ?? header.actions
    if let convert, convert != source.header.actions {
      _ = try ActionReference(header.space, stateNames: header.stateNames)
    }
    let writer = try RobotDatasetWriter(to: URL(fileURLWithPath: output), header)
    let total = min(count ?? .max, source.episodes.count)
    var progress = Progress(after: writer.episodes.count)
    for index in writer.episodes.count..<max(total, writer.episodes.count) {
      var episode = try source.episode(index).converted(
        from: source.header.actions, to: header.actions, in: header)
      if let size {
        episode.frames = episode.frames.map { $0.resized(width: size.width, height: size.height) }
      }
      try writer.append(episode)
      progress.report(index + 1, of: total, "episodes")
    }
    try writer.finish()
    let steps = source.episodes.prefix(total).reduce(0) { $0 + $1.steps }
    if let foreign = source as? ForeignDataset, foreign.cameras.count > 1 {
      print("the camera is \(foreign.camera), of \(foreign.cameras.joined(separator: ", "))")
    }
    print(
      "\(total) episodes, \(steps) steps, \(header.actions) actions, frames of "
        + "\(header.imageSize!), in \(output)")
  }

  private func checkedSize() throws -> RobotDatasetHeader.ImageSize? {
    guard let size else { return nil }
    let sides = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard 1...2 ~= sides.count, let width = sides[0], let height = sides[sides.count - 1],
      16...1024 ~= width, 16...1024 ~= height
    else {
      throw RequestError(
        "--size must be 16 to 1024 pixels, or WIDTHxHEIGHT of these, not \(size)")
    }
    return .init(width: width, height: height)
  }
}
