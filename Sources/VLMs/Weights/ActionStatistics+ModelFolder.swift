// The statistics of a published robot policy, in one of two places of its folder:
//
//   dataset_statistics.json   written by fine-tuning, for the robot that it was tuned to
//   config.json               "norm_stats": {…}, the same layout, for all data of the pre-training
//
// Where the first file is, it counts alone, as in OpenVLA's own evaluation.

import Files
import Foundation
import NanoVLA

extension ActionStatistics {
  /// The statistics of the data set `key` in a model's folder; without a key, of the only one.
  ///
  /// - Parameter space: of the robot, if known: statistics of another length are refused.
  /// - Throws: `StatisticsFileError` (`.whichKey` and `.unknownKey` list the keys), `JSONFileError`,
  ///   or `ActionError` if the numbers cannot be used.
  public static func read(
    modelFolder: URL, key: String? = nil, for space: ActionSpace? = nil
  ) throws -> ActionStatistics {
    let (all, file) = try find(modelFolder)
    return try chosen(key, of: all, in: file, for: space)
  }

  /// All data sets of a model's folder by their keys; at least one.
  public static func readAll(modelFolder: URL) throws -> [String: ActionStatistics] {
    try find(modelFolder).all
  }

  private static func find(
    _ folder: URL
  ) throws -> (all: [String: ActionStatistics], file: String) {
    let file = folder.appending(path: "dataset_statistics.json")
    if FileManager.default.fileExists(atPath: file.path) { return (try readAll(file), file.path) }
    let config = folder.appending(path: "config.json")
    let stats = try JSONFile.read(config)["norm_stats"]
    guard stats.exists else { throw StatisticsFileError.missing(folder.path) }
    guard stats.isObject else { throw stats.wrongType("an object") }
    let data = try JSONEncoder().encode(stats.content)
    let place = config.path + ", norm_stats"
    return (try parseAll(data, place), place)
  }
}
