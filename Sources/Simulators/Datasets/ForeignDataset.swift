import Files
import Foundation
import Images
import NanoVLA

/// A dataset that another program wrote, read through the bridge: LeRobot v3 (images, or video where the
/// Python has `av`), and the HDF5 files of LIBERO and robomimic.
///
/// Such files say little of what their numbers mean. What they do not say, ``Reading`` does; the bounds
/// of the actions are then the smallest and largest ones.
public final class ForeignDataset: EpisodeSource {
  /// What is true of all episodes.
  public let header: RobotDatasetHeader
  /// The episodes without their numbers and frames.
  public let episodes: [EpisodeSummary]
  /// "lerobot" or "hdf5".
  public let format: String
  /// All cameras, and the one whose images are read.
  public let cameras: [String], camera: String
  /// The dataset's own statistics: "action" and "observation.state", then "min", "q01", ….
  public let ownStatistics: [String: [String: [Float]]]

  let bridge: Bridge
  let found: ForeignDescription

  /// What a dataset does not say itself.
  public struct Reading: Sendable, Equatable {
    /// The camera, by its whole name or the last part of it; nil for the first.
    public var camera: String?
    /// What the action numbers are measured from; nil if the dataset says it.
    public var actions: ActionKind?
    /// The key of the statistics; nil for the robot's name.
    public var name: String?
    /// The number that closes the gripper.
    public var gripper = GripperConvention.positiveClosed
    /// The task in words, in place of the dataset's.
    public var instruction: String?
    public init() {}
  }

  /// - Throws: ``BridgeError`` for what cannot be read, or a library that is missing;
  ///   ``ForeignDatasetError`` for what the dataset does not say.
  public convenience init(
    _ path: URL, _ reading: Reading = .init(), python: PythonInterpreter
  ) throws {
    try self.init(path, reading, bridge: Bridge(python))
  }

  init(_ path: URL, _ reading: Reading, bridge: Bridge) throws {
    var request = ["path": path.path]
    request["camera"] = reading.camera
    let found: ForeignDescription
    do {
      found = try bridge.call("dataset_open", request, seconds: 600).result.decoded()
      try found.check(path.path)
      episodes = try Self.summaries(found, in: path.path, bridge, reading)
    } catch let error as JSONFileError {
      throw ForeignDatasetError.unreadable(path.path, error.explanation)
    }
    (self.bridge, format) = (bridge, found.format)
    (cameras, camera, ownStatistics) = (found.cameras, found.camera, found.statistics)
    let count = episodes.count
    header = try found.header(path.path, reading) {
      try ActionRange(of: count) { try Self.numbers($0, found, bridge) }
    }
    self.found = found
  }

  private static func summaries(
    _ found: ForeignDescription, in path: String, _ bridge: Bridge, _ reading: Reading
  ) throws -> [EpisodeSummary] {
    var all: [EpisodeSummary] = []
    while all.count < found.episodes {
      let request = ["start": all.count, "count": min(256, found.episodes - all.count)]
      let page = try bridge.call("dataset_episodes", request, seconds: 600).result["episodes"]
      for episode in try page.array(count: 1...256) {
        let steps = try episode["steps"].int(1...Limits.robotEpisodeSteps)
        let text = try reading.instruction ?? episode["instruction"].string()
        guard 1...1_000 ~= text.utf8.count else {
          throw ForeignDatasetError.noInstruction(path, episode: all.count)
        }
        all.append(
          EpisodeSummary(
            task: try episode["task"].string(default: text), instruction: text,
            seed: try episode["seed"].exists ? episode["seed"].decoded() : nil, steps: steps))
      }
    }
    return all
  }
}
