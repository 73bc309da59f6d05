import Diagnosis
import Foundation
import NanoVLA
import Simulators
import Tabletop

/// The dataset in a folder, of whatever kind it is: a robot's, one of the toy world, or one that another
/// program wrote.
func datasetSource(
  _ path: String, _ reading: ForeignDataset.Reading = .init(), python: String?
) throws -> any EpisodeSource {
  let folder = URL(fileURLWithPath: path)
  func holds(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: name).path)
  }
  if holds("dataset.json") || holds("recording.json") { return try RobotDatasetReader(folder) }
  if isForeign(folder) {
    return try ForeignDataset(folder, reading, python: PythonInterpreter(python))
  }
  return TabletopEpisodes(try DemonstrationDataset(contentsOf: folder))
}

/// Whether only Python can read what is there: a LeRobot folder, an HDF5 file or a folder of these.
private func isForeign(_ path: URL) -> Bool {
  func isHDF5(_ name: String) -> Bool { name.hasSuffix(".hdf5") || name.hasSuffix(".h5") }
  let info = path.appending(path: "meta/info.json").path
  if isHDF5(path.lastPathComponent) || FileManager.default.fileExists(atPath: info) { return true }
  return (try? FileManager.default.contentsOfDirectory(atPath: path.path))?.contains(where: isHDF5)
    ?? false
}

extension EpisodeSource {
  /// Episode `index` as the data doctor reads it.
  func recorded(_ index: Int) throws -> RecordedEpisode {
    let episode = try episode(index)
    return RecordedEpisode(
      task: episode.task, instruction: episode.instruction, seed: episode.seed,
      frames: episode.frames, actions: episode.actions, state: episode.state)
  }

  /// What the data doctor finds.
  func findings() throws -> [DataFinding] {
    DataDoctor(
      try episodes.indices.map(recorded), of: header.space, stateNames: header.stateNames,
      areTargets: header.actions == .absolute
    ).findings
  }
}
