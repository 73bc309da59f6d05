import Files
import Foundation
import Images
import NanoVLA
import Tabletop

/// A dataset's folder, of which one episode at a time is in memory.
///
/// The text is read and checked as a whole; strips are decoded when their episode is asked for.
/// Nothing in the folder is trusted: sizes are checked before memory is allocated.
public struct RobotDatasetReader: EpisodeSource {
  /// What is true of all episodes.
  public let header: RobotDatasetHeader
  /// The episodes without their numbers and frames, in the order of the file.
  public let episodes: [EpisodeSummary]

  /// Where an episode's line is.
  private struct Place { let line, start, end: Int }
  private let places: [Place]
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
    var (episodes, places): ([EpisodeSummary], [Place]) = ([], [])
    var end = 0
    try DemonstrationDataset.eachLine(of: text, in: path, limit: Limits.robotLineBytes) {
      guard episodes.count < Limits.episodes else {
        throw DatasetError.tooLarge($1.path, "more than \(Limits.episodes) episodes")
      }
      let record = try RobotEpisodeRecord($0, at: $1, of: header)
      let start = try Self.start(of: $0, in: text, from: &end)
      episodes.append(
        EpisodeSummary(
          task: record.task, instruction: record.instruction, seed: record.seed,
          steps: record.actions.count))
      places.append(Place(line: $1.line, start: start, end: end))
    }
    (self.episodes, self.places) = (episodes, places)
    (self.header, self.boundary, self.text) = (header, boundary, text)
  }

  static let textName = "episodes.jsonl"

  /// Episode `index` with its frames.
  /// - Throws: a `DatasetError` for a strip that is missing, damaged or of another size.
  public func episode(_ index: Int) throws -> RobotEpisode {
    let record = try record(index)
    let frames = try frames(of: record, at: LineLocation(path: path, line: places[index].line))
    return RobotEpisode(
      task: record.task, instruction: record.instruction, seed: record.seed, frames: frames,
      actions: record.actions, state: record.state, positions: record.positions)
  }

  /// The numbers of episode `index`, without its frames.
  public func numbers(_ index: Int) throws -> EpisodeNumbers {
    let record = try record(index)
    return EpisodeNumbers(
      actions: record.actions, state: record.state, positions: record.positions)
  }

  private func record(_ index: Int) throws -> RobotEpisodeRecord {
    let place = places[index]
    return try RobotEpisodeRecord(
      text[place.start..<place.end], at: LineLocation(path: path, line: place.line), of: header)
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
