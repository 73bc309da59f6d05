import Files
import Foundation
import Images
import NanoVLA
import Tabletop

/// A dataset's folder, of which one episode at a time is in memory.
///
/// The text is read and checked as a whole; strips are decoded when their episode is asked for.
/// Nothing in the folder is trusted: sizes are checked before memory is allocated.
public struct RobotDatasetReader {
  /// What is true of all episodes.
  public let header: RobotDatasetHeader
  /// The episodes without their numbers and frames, in the order of the file.
  public let episodes: [Summary]

  /// What an episode is about.
  public struct Summary: Sendable, Equatable {
    public let task, instruction: String
    public let seed: UInt64?
    /// T, the number of steps.
    public let steps: Int
    fileprivate let line: Int
    fileprivate let start, end: Int
  }

  let boundary: FolderBoundary
  private let path: String
  private let text: Data

  /// - Throws: a `DatasetError` with the file and the line, ``RobotDatasetError`` for a recording
  ///   that has not ended, `JSONFileError` for dataset.json, `FileReadError` for a link that leads
  ///   out of the folder.
  public init(_ folder: URL) throws {
    let boundary = FolderBoundary(folder)
    let unfinished = try boundary.file(RobotDatasetHeader.unfinishedName)
    let file = try boundary.file(RobotDatasetHeader.fileName)
    if !FileManager.default.fileExists(atPath: file.path) {
      guard FileManager.default.fileExists(atPath: unfinished.path) else {
        throw DatasetError.missing(file.path)
      }
      let episodes = try Self.lineCount(in: boundary.file(Self.textName))
      throw RobotDatasetError.unfinished(folder.path, episodes: episodes)
    }
    try self.init(boundary, header: file)
    guard !episodes.isEmpty else {
      throw DatasetError.badLine(path, line: 1, "the file holds no episode")
    }
  }

  /// The episodes in `boundary`, perhaps none, with the header in `file`.
  init(_ boundary: FolderBoundary, header file: URL) throws {
    let header: RobotDatasetHeader = try .load(from: file)
    let text = try Self.contents(of: boundary.file(Self.textName))
    path = try boundary.file(Self.textName).path
    var (episodes, end): ([Summary], Int) = ([], 0)
    try DemonstrationDataset.eachLine(of: text, in: path, limit: Limits.robotLineBytes) {
      guard episodes.count < Limits.episodes else {
        throw DatasetError.tooLarge($1.path, "more than \(Limits.episodes) episodes")
      }
      let record = try RobotEpisodeRecord($0, at: $1, of: header)
      let start = try Self.start(of: $0, in: text, from: &end)
      episodes.append(
        Summary(
          task: record.task, instruction: record.instruction, seed: record.seed,
          steps: record.actions.count, line: $1.line, start: start, end: end))
    }
    (self.header, self.episodes, self.boundary, self.text) = (header, episodes, boundary, text)
  }

  static let textName = "episodes.jsonl"

  /// The bytes of all frames.
  public var pixelBytes: Int {
    guard let size = header.imageSize else { return 0 }
    return 3 * size.width * size.height * episodes.reduce(0) { $0 + $1.steps }
  }

  /// Episode `index` with its frames.
  /// - Throws: a `DatasetError` for a strip that is missing, damaged or of another size.
  public func episode(_ index: Int) throws -> RobotEpisode {
    let record = try numbers(index)
    let frames = try frames(of: record, at: LineLocation(path: path, line: episodes[index].line))
    return RobotEpisode(
      task: record.task, instruction: record.instruction, seed: record.seed, frames: frames,
      actions: record.actions, state: record.state, positions: record.positions)
  }

  /// The statistics of all episodes; no frame is read.
  /// - Throws: `ActionError`, `DatasetError`.
  public func statistics() throws -> ActionStatistics {
    let records = try episodes.indices.map(numbers)
    return try ActionStatistics(
      of: records.flatMap(\.actions).map { RobotAction($0) }, in: header.space,
      proprioception: header.stateNames.isEmpty ? nil : records.flatMap(\.state),
      trajectories: records.count)
  }

  /// Episode `index` without its frames.
  func numbers(_ index: Int) throws -> RobotEpisodeRecord {
    let episode = episodes[index]
    return try RobotEpisodeRecord(
      text[episode.start..<episode.end], at: LineLocation(path: path, line: episode.line),
      of: header)
  }

  private static func contents(of file: URL) throws -> Data {
    do throws(FileReadError) {
      return try Data(regularFile: file, limit: Limits.datasetBytes)
    } catch {
      if case .tooLarge = error.reason {
        throw DatasetError.tooLarge(file.path, error.reason.description)
      }
      throw DatasetError.missing(file.path)
    }
  }

  static func lineCount(in file: URL) -> Int {
    (try? contents(of: file))?.count { $0 == UInt8(ascii: "\n") } ?? 0
  }

  /// Where the line that `eachLine` gave begins, past empty ones; `end` becomes its end.
  private static func start(of line: Data, in text: Data, from end: inout Int) throws -> Int {
    let start = text[end...].firstIndex { $0 != UInt8(ascii: "\n") } ?? end
    end = start + line.count
    return start
  }
}
