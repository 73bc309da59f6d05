import Files
import Foundation
import Images
import NanoVLA

/// Episodes of one robot, and the folder that holds them:
///
///     dataset.json           name, action space, kind of actions, names of the state, image size
///     episodes.jsonl         one line an episode: task, instruction, actions, state, strips, …
///     episode-000000.png     its frames as a film strip, in rows of 32
///
/// Numbers that are read are those that were written, bit for bit; so are pixels.
///
/// - Letters: T steps, A action dimensions, S state numbers, L true positions.
public struct RobotDataset: Sendable, Equatable {
  /// What is true of all episodes.
  public var header: RobotDatasetHeader
  /// In the order of the file.
  public var episodes: [RobotEpisode]

  /// The key of the dataset's statistics, "metaworld".
  public var name: String { header.name }
  /// What each action number means.
  public var space: ActionSpace { header.space }

  /// A dataset in memory; nothing is written.
  public init(_ header: RobotDatasetHeader, episodes: [RobotEpisode]) {
    (self.header, self.episodes) = (header, episodes)
  }

  /// A dataset in memory whose state numbers have the names `stateNames`, or "state 0", "state 1", …
  public init(
    name: String, space: ActionSpace, actions: ActionKind = .delta, stateNames: [String]? = nil,
    episodes: [RobotEpisode]
  ) {
    let count = episodes.first?.state.first?.count ?? 0
    let names = stateNames ?? (0..<count).map { "state \($0)" }
    self.init(
      RobotDatasetHeader(name: name, space: space, actions: actions, stateNames: names),
      episodes: episodes)
  }

  /// The number of frames, and so of actions, of all episodes.
  public var frameCount: Int { episodes.reduce(0) { $0 + $1.actions.count } }

  /// The statistics of the actions, in robot units, and of the state, if there is one.
  /// - Throws: `ActionError` for no episode, rows of unequal length, NaN and infinity.
  public func statistics() throws(ActionError) -> ActionStatistics {
    try ActionStatistics(
      of: episodes.flatMap(\.actions).map { RobotAction($0) }, in: space,
      proprioception: header.stateNames.isEmpty ? nil : episodes.flatMap(\.state),
      trajectories: episodes.count)
  }

  /// Whether `folder` holds a dataset whose recording has ended.
  public static func isFinished(in folder: URL) -> Bool {
    FileManager.default.fileExists(
      atPath: folder.appending(path: RobotDatasetHeader.fileName).path)
  }

  /// Reads the whole dataset in `folder`: at most 2 GiB of pixels. ``RobotDatasetReader`` reads one
  /// episode at a time.
  ///
  /// - Throws: a `DatasetError` with the file and the line, ``RobotDatasetError`` for a recording
  ///   that has not ended, `JSONFileError` for dataset.json.
  public init(contentsOf folder: URL) throws {
    let reader = try RobotDatasetReader(folder)
    let pixelBytes = reader.pixelBytes
    guard pixelBytes <= Limits.datasetPixelBytes else {
      throw RobotDatasetError.tooManyPixels(folder.path, bytes: pixelBytes)
    }
    self.init(reader.header, episodes: try reader.episodes.indices.map { try reader.episode($0) })
  }

  /// Writes the dataset to `folder`, which is created if it does not exist. An earlier dataset there
  /// is replaced once this one is written; other files stay.
  ///
  /// - Throws: as ``RobotDatasetWriter``.
  public func write(to folder: URL) throws {
    let lock = try FolderLock(folder)
    defer { lock.release() }
    let draft = try UnfinishedFolder(in: folder)
    defer { draft.remove() }
    let writer = try RobotDatasetWriter(to: draft.url, header)
    for episode in episodes { try writer.append(episode) }
    try writer.finish()

    let new = try RobotDatasetWriter.files(in: draft.url)
    for name in new { try folder.appending(path: name).checkWritable() }
    // Without dataset.json there is no dataset: a reader never meets files of both.
    let header = RobotDatasetHeader.fileName
    try folder.appending(path: header).removeReplaceableFile()
    for name in try RobotDatasetWriter.files(in: folder) where !new.contains(name) {
      try folder.appending(path: name).removeReplaceableFile()
    }
    for name in new.filter({ $0 != header }) + [header] {
      try folder.appending(path: name).replace(with: draft.url.appending(path: name))
    }
  }
}
