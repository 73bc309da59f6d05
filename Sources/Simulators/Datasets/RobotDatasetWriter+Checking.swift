import Files
import Foundation

extension RobotDatasetHeader {
  /// Why the episode does not belong to this dataset of `count` others; nil if it does.
  func fault(of episode: RobotEpisode, after count: Int) -> String? {
    let steps = episode.actions.count
    guard count < Limits.episodes else {
      return "a dataset has at most \(Limits.episodes) episodes"
    }
    guard 1...Limits.robotEpisodeSteps ~= steps, let size = imageSize else {
      return "an episode has 1 to \(Limits.robotEpisodeSteps) steps, not \(steps)"
    }
    if let frame = episode.frames.first(where: {
      $0.width != size.width || $0.height != size.height
    }) {
      return "a frame of \(frame.width)×\(frame.height) pixels, the dataset has \(size)"
    }
    for (name, value) in [("task", episode.task), ("instruction", episode.instruction)]
    where !(1...1_000 ~= value.utf8.count) {
      return "\(name) has \(value.utf8.count) bytes; 1 to 1000 are allowed"
    }
    if positionCount > 0, episode.positions.isEmpty {
      return "no positions, but the dataset has \(positionCount) a step"
    }
    return fault
      ?? RobotEpisodeRecord.fault(episode.actions, "actions", count: steps, width: space.count)
      ?? RobotEpisodeRecord.fault(episode.state, "state", count: steps, width: stateNames.count)
      ?? RobotEpisodeRecord.fault(
        episode.positions, "positions", count: steps, width: positionCount)
  }
}

extension RobotDatasetWriter {
  /// The names of a dataset's own files in `folder`: those that a writer makes.
  static func files(in folder: URL) throws -> [String] {
    let own = [
      RobotDatasetHeader.fileName, RobotDatasetHeader.unfinishedName, RobotDatasetReader.textName,
      "dataset_statistics.json",
    ]
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { name in
      own.contains(name) || FilmStrips.isOwn(name)
    }.sorted()
  }
}
