import Files
import NanoVLA

/// What the bridge says of a dataset that it opened.
struct ForeignDescription: Decodable {
  let format, robot, camera: String
  let cameras: [String]
  let fps: Float
  let height, width, positions, episodes: Int
  let actionNames, stateNames: [String]
  /// The action space, of a simulator that is known.
  let dimensions: [Dimension]?
  /// Ours, if this program wrote the dataset.
  let header: RobotDatasetHeader?
  let statistics: [String: [String: [Float]]]

  struct Dimension: Decodable {
    let name, unit: String
    let low, high: Float
  }

  private enum CodingKeys: String, CodingKey {
    case format, robot, camera, cameras, fps, height, width, positions, episodes
    case actionNames = "action_names", stateNames = "state_names"
    case dimensions, header, statistics
  }

  /// Refuses sizes that no dataset here has, before anything of them is allocated.
  func check(_ path: String) throws(ForeignDatasetError) {
    for (what, value, range) in [
      ("frames", width, Limits.imageSize), ("frames", height, Limits.imageSize),
      ("actions", actionNames.count, Limits.actionDimensions),
      ("state", stateNames.count, 0...Limits.stateNumbers),
      ("positions", positions, 0...Limits.stateNumbers),
      ("episodes", episodes, 1...Limits.episodes),
    ] where !range.contains(value) {
      throw .unreadable(
        path, "\(what): \(value), but must be \(range.lowerBound) to \(range.upperBound)")
    }
    guard fps > 0, fps.isFinite else { throw .unreadable(path, "\(fps) frames a second") }
  }

  /// The header of the dataset: its own, or what is known and what `reading` adds.
  /// - Parameter range: reads the smallest and largest number of each action dimension.
  func header(
    _ path: String, _ reading: ForeignDataset.Reading, _ range: () throws -> ActionRange
  ) throws -> RobotDatasetHeader {
    let size = RobotDatasetHeader.ImageSize(width: width, height: height)
    if var header {
      if let wanted = reading.actions { try header.require(wanted, in: path) }
      guard header.space.count == actionNames.count, header.stateNames.count == stateNames.count,
        header.positionCount == positions
      else { throw ForeignDatasetError.unreadable(path, "meta/nanovla.json is of another dataset") }
      (header.imageSize, header.name) = (size, reading.name ?? header.name)
      return header
    }
    guard let actions = reading.actions ?? (format == "hdf5" ? .delta : nil) else {
      throw ForeignDatasetError.noActionKind(path)
    }
    return RobotDatasetHeader(
      name: reading.name ?? robot, space: try space(reading, range()), actions: actions,
      stateNames: stateNames, imageSize: size, positionCount: positions)
  }

  private func space(_ reading: ForeignDataset.Reading, _ range: ActionRange) -> ActionSpace {
    let known = dimensions ?? []
    let isKnown =
      known.count == actionNames.count
      && zip(known, range.bounds).allSatisfy { $0.low <= $1.lowerBound && $1.upperBound <= $0.high }
    let found = zip(actionNames, range.bounds).map { name, bounds in
      // A gripper whose opening is measured is scaled like any number; a switch keeps its values.
      let isSwitch = !name.hasSuffix("gripper") || bounds.lowerBound >= -1 && bounds.upperBound <= 1
      return ActionSpace.Dimension(
        isSwitch ? name : name + " position", unit: "as recorded", bounds: bounds)
    }
    return ActionSpace(
      isKnown
        ? known.map { .init($0.name, unit: $0.unit, bounds: $0.low...$0.high) } : found,
      gripperConvention: reading.gripper, controlRate: fps)
  }
}

/// The smallest and the largest number of each action dimension.
struct ActionRange {
  let bounds: [ClosedRange<Float>]

  /// - Parameter numbers: reads one of `count` episodes.
  init(of count: Int, _ numbers: (Int) throws -> EpisodeNumbers) throws {
    var bounds: [ClosedRange<Float>] = []
    for index in 0..<count {
      for row in try numbers(index).actions {
        guard row.allSatisfy(\.isFinite) else {
          throw ForeignDatasetError.badEpisode(index, "an action is NaN or infinite")
        }
        if bounds.isEmpty { bounds = row.map { $0...$0 } }
        bounds = zip(bounds, row).map { min($0.lowerBound, $1)...max($0.upperBound, $1) }
      }
    }
    self.bounds = bounds
  }
}
