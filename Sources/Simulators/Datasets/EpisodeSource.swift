import NanoVLA
import Tabletop

/// What an episode is about.
public struct EpisodeSummary: Sendable, Equatable {
  /// "metaworld:drawer-open-v3"
  public var task: String
  /// "open a drawer"
  public var instruction: String
  /// The name of its initial state, if there is one.
  public var seed: UInt64?
  /// T, the number of steps.
  public var steps: Int
}

/// The numbers of an episode.
public struct EpisodeNumbers: Sendable, Equatable {
  /// T × A, T × S and T × L numbers; without positions no row of them.
  public var actions, state, positions: [[Float]]
}

/// Episodes that are read one at a time: a dataset's folder, one of the toy world, one that another
/// program wrote.
public protocol EpisodeSource {
  /// What is true of all episodes.
  var header: RobotDatasetHeader { get }
  /// The episodes without their numbers and frames.
  var episodes: [EpisodeSummary] { get }
  /// Episode `index` with its frames.
  func episode(_ index: Int) throws -> RobotEpisode
  /// Episode `index` without its frames, which take longest to read.
  func numbers(_ index: Int) throws -> EpisodeNumbers
}

extension EpisodeSource {
  /// The number of steps of all episodes.
  public var stepCount: Int { episodes.reduce(0) { $0 + $1.steps } }

  /// The bytes of all frames.
  public var pixelBytes: Int {
    guard let size = header.imageSize else { return 0 }
    return 3 * size.width * size.height * stepCount
  }

  /// The statistics of all episodes; no frame is read.
  /// - Throws: `ActionError` for no episode; what reading throws.
  public func statistics() throws -> ActionStatistics {
    let all = try episodes.indices.map(numbers)
    return try ActionStatistics(
      of: all.flatMap(\.actions).map { RobotAction($0) }, in: header.space,
      proprioception: header.stateNames.isEmpty ? nil : all.flatMap(\.state),
      trajectories: all.count)
  }
}

/// Demonstrations of the toy world as episodes of a robot.
public struct TabletopEpisodes: EpisodeSource {
  public let header: RobotDatasetHeader
  public let episodes: [EpisodeSummary]
  /// The demonstrations themselves.
  public let demonstrations: [Demonstration]

  /// The demonstrations, at least one, all of one image size.
  public init(_ dataset: DemonstrationDataset) {
    demonstrations = dataset.demonstrations
    let suites = Set(demonstrations.map(\.suite.rawValue)).sorted()
    let frame = demonstrations[0].frames[0]
    header = RobotDatasetHeader(
      name: "tabletop_" + suites.joined(separator: "_"), space: .tabletop,
      stateNames: ["x", "y", "z", "closed"],
      imageSize: .init(width: frame.width, height: frame.height))
    episodes = demonstrations.map {
      EpisodeSummary(
        task: "tabletop:\($0.suite.rawValue)", instruction: $0.instruction, seed: $0.seed,
        steps: $0.actions.count)
    }
  }

  public func episode(_ index: Int) -> RobotEpisode {
    let demonstration = demonstrations[index]
    return RobotEpisode(
      task: episodes[index].task, instruction: demonstration.instruction,
      seed: demonstration.seed, frames: demonstration.frames, actions: demonstration.actions,
      state: demonstration.proprioception)
  }

  public func numbers(_ index: Int) -> EpisodeNumbers {
    EpisodeNumbers(
      actions: demonstrations[index].actions, state: demonstrations[index].proprioception,
      positions: [])
  }
}
