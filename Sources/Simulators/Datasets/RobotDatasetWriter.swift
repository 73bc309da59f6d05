import Files
import Foundation
import Images
import NanoVLA
import Runs

/// Writes a dataset episode by episode: only one is in memory, and an interrupted recording goes on
/// where it stopped.
///
/// Until ``finish()`` the header's name is recording.json, and readers refuse the folder. Opening it
/// again with the same header keeps all whole episodes; ``episodes`` says which these are.
///
///     let writer = try RobotDatasetWriter(to: folder, header)
///     for seed in seeds.dropFirst(writer.episodes.count) { try writer.append(record(seed)) }
///     try writer.finish()
public final class RobotDatasetWriter {
  /// The header; its image size and positions are those of the first episode.
  public private(set) var header: RobotDatasetHeader
  /// The episodes that are on disk.
  public private(set) var episodes: [(task: String, seed: UInt64?)] = []

  private let folder: URL
  private let lock: FolderLock
  private var text: URL { folder.appending(path: RobotDatasetReader.textName) }

  /// Creates `folder`, or continues the recording in it.
  ///
  /// - Throws: ``RobotDatasetError`` for a whole dataset, or a recording of another one;
  ///   `FolderLockError`, `FileWriteError`.
  public init(to folder: URL, _ header: RobotDatasetHeader) throws {
    if let fault = header.fault { throw RobotDatasetError.badEpisode(0, fault) }
    (self.folder, self.header) = (folder, header)
    let finished = folder.appending(path: RobotDatasetHeader.fileName)
    guard !FileManager.default.fileExists(atPath: finished.path) else {
      throw RobotDatasetError.exists(folder.path)
    }
    lock = try FolderLock(folder)
    let unfinished = folder.appending(path: RobotDatasetHeader.unfinishedName)
    if FileManager.default.fileExists(atPath: unfinished.path) {
      try resume(unfinished)
    } else {
      try Data().writeAtomically(to: text)
      try header.write(to: unfinished)
    }
  }

  deinit { lock.release() }

  /// Keeps the whole episodes of an interrupted recording, if it is one of the same dataset.
  private func resume(_ file: URL) throws {
    let boundary = FolderBoundary(folder)
    try boundary.checkForWriting(file)
    try boundary.checkForWriting(text)
    let old: RobotDatasetHeader = try .load(from: file)
    let differences = header.differences(from: old)
    guard differences.isEmpty else {
      throw RobotDatasetError.otherDataset(folder.path, differences)
    }
    header = old
    let lines = (try? Data(regularFile: text, limit: Limits.datasetBytes)) ?? Data()
    let whole = lines.lastIndex(of: UInt8(ascii: "\n")).map { lines[...$0] } ?? Data()
    if whole.count != lines.count || lines.isEmpty {  // a line that was being written
      try Data(whole).writeAtomically(to: text)
    }
    episodes = try RobotDatasetReader(boundary, header: file).episodes.map { ($0.task, $0.seed) }
  }

  /// Writes one more episode: its strips first, then its line.
  ///
  /// - Throws: ``RobotDatasetError/badEpisode(_:_:)`` for one that does not belong to the dataset;
  ///   `FileWriteError`.
  public func append(_ episode: RobotEpisode) throws {
    let index = episodes.count
    let header = header.completed(by: episode)
    if let fault = header.fault(of: episode, after: index) {
      throw RobotDatasetError.badEpisode(index, fault)
    }
    if header != self.header {
      try header.write(to: folder.appending(path: RobotDatasetHeader.unfinishedName))
      self.header = header
    }
    let counts = FilmStrips.counts(of: episode.frames.count, header.imageSize!)
    let names = FilmStrips.names(index, count: counts.count)
    var start = 0
    for (name, count) in zip(names, counts) {
      try FilmStrips.strip(episode.frames[start..<start + count])
        .writePNG(to: folder.appending(path: name))
      start += count
    }
    try Data((episode.jsonLine(strips: names) + "\n").utf8).append(to: text)
    episodes.append((episode.task, episode.seed))
  }

  /// Ends the recording: writes the statistics, and the header under its final name.
  ///
  /// - Throws: `ActionError` if there is no episode; `FileWriteError`.
  public func finish() throws {
    let unfinished = folder.appending(path: RobotDatasetHeader.unfinishedName)
    let statistics = try RobotDatasetReader(FolderBoundary(folder), header: unfinished).statistics()
    try ActionStatistics.write(
      [header.name: statistics], to: folder.appending(path: "dataset_statistics.json"),
      decimals: nil)
    try folder.appending(path: RobotDatasetHeader.fileName).replace(with: unfinished)
  }
}
