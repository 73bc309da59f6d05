import Files
import Foundation
import Images
import NanoVLA

/// Writes episodes as a LeRobot v3 dataset through the bridge: frames as PNG files in parquet, numbers
/// as 32-bit floats, so that reading gives back equal pixels and numbers.
///
/// LeRobot has no place for an action space, seeds and names of tasks: these are in
/// meta/nanovla.json, which its readers ignore.
public enum LeRobotExport {
  private struct Creation: Encodable {
    let path, robot, camera: String
    let fps: Float
    let height, width, positions: Int
    let action_names, state_names: [String]
    let header: RobotDatasetHeader
  }

  private struct Episode: Encodable {
    let lengths: [Int]
    let instruction, task: String
    let seed: UInt64?
  }

  /// Writes `source` to the new folder `folder`, whole or not at all; one episode at a time is in
  /// memory.
  ///
  /// - Parameter progress: is called with the number of episodes that are written.
  /// - Throws: ``RobotDatasetError/exists(_:)``, ``BridgeError``, what reading throws.
  public static func write(
    _ source: some EpisodeSource, to folder: URL, camera: String = "main",
    python: PythonInterpreter, progress: (Int) -> Void = { _ in }
  ) throws {
    let contents = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    guard contents?.isEmpty ?? !FileManager.default.fileExists(atPath: folder.path) else {
      throw RobotDatasetError.exists(folder.path)
    }
    let bridge = try Bridge(python)
    let parent = folder.absoluteURL.deletingLastPathComponent()
    try? FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    let draft = try UnfinishedFolder(in: parent)
    defer { draft.remove() }
    let header = source.header
    guard let size = header.imageSize else { throw RobotDatasetError.badEpisode(0, "no frames") }
    try bridge.call(
      "dataset_create",
      Creation(
        path: draft.url.path, robot: header.name, camera: camera, fps: header.space.controlRate,
        height: size.height, width: size.width, positions: header.positionCount,
        action_names: header.space.dimensions.map(\.name), state_names: header.stateNames,
        header: header))
    for index in source.episodes.indices {
      try append(try source.episode(index), number: index, to: bridge)
      progress(index + 1)
    }
    try bridge.call("dataset_finish", seconds: 600)
    rmdir(folder.path)  // if it was there and empty
    guard rename(draft.url.path, folder.path) == 0 else {
      throw RobotDatasetError.exists(folder.path)
    }
  }

  private static func append(_ episode: RobotEpisode, number: Int, to bridge: Bridge) throws {
    let pngs = episode.frames.map { $0.pngData() }
    let bytes = pngs.reduce(0) { $0 + $1.count }
    guard bytes <= BridgeMessage.mostBytes else {
      throw RobotDatasetError.badEpisode(number, "\(bytes >> 20) MiB of PNG files, 512 are carried")
    }
    func array(_ name: String, _ rows: [[Float]]) -> BridgeArray {
      BridgeArray(name, Array(rows.joined()), shape: [rows.count, rows.first?.count ?? 0])
    }
    try bridge.call(
      "dataset_append",
      Episode(
        lengths: pngs.map(\.count), instruction: episode.instruction, task: episode.task,
        seed: episode.seed),
      [
        BridgeArray(
          "frames", type: "uint8", shape: [bytes], bytes: pngs.reduce(into: Data()) { $0 += $1 }),
        array("actions", episode.actions), array("state", episode.state),
        array("positions", episode.positions),
      ], seconds: 600)
  }
}
