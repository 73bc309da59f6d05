import Files
import Foundation
import NanoVLA

/// Statistics in OpenVLA's layout, so that its files are read here and ours in Python:
///
///     { "tabletop_object": { "action": { "mask": […], "max": […], "mean": […], "min": […],
///                                        "q01": […], "q99": […], "std": […] },
///                            "num_trajectories": 100, "num_transitions": 702, "proprio": { … } } }
///
/// A file may hold many data sets. Which one a robot belongs to is never guessed.
extension ActionStatistics {
  /// The statistics of the data set `key` in `file`; without a key, of the only one there is.
  ///
  /// - Parameter space: of the robot, if known: statistics of another length are refused.
  /// - Throws: ``StatisticsFileError``, ``JSONFileError`` or ``ActionError``.
  public static func read(
    _ file: URL, key: String? = nil, for space: ActionSpace? = nil
  ) throws -> ActionStatistics {
    try chosen(key, of: readAll(file), in: file.path, for: space)
  }

  /// All data sets in `file` by their keys; at least one.
  public static func readAll(_ file: URL) throws -> [String: ActionStatistics] {
    try all(in: JSONFile.read(file), file.path)
  }

  /// The statistics of the data set `key` in the folder of a published model; without a key, of the
  /// only one.
  ///
  /// They are in one of two places: dataset_statistics.json, written by fine-tuning, or `norm_stats`
  /// in config.json, for all data of the pre-training. Where the first file is, it counts alone, as in
  /// OpenVLA's own evaluation.
  ///
  /// - Parameter space: of the robot, if known: statistics of another length are refused.
  /// - Throws: ``StatisticsFileError`` (`.whichKey` and `.unknownKey` list the keys),
  ///   ``JSONFileError`` or ``ActionError``.
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
    let place = config.path + ", norm_stats"
    return (try all(in: stats, place), place)
  }

  private static func all(
    in json: JSONValue, _ place: String
  ) throws -> [String: ActionStatistics] {
    let all = try json.decoded([String: ActionStatistics].self)
    guard !all.isEmpty else { throw StatisticsFileError.empty(place) }
    return all
  }

  private static func chosen(
    _ key: String?, of all: [String: ActionStatistics], in file: String, for space: ActionSpace?
  ) throws -> ActionStatistics {
    let keys = all.keys.sorted()
    if key == nil, keys.count > 1 { throw StatisticsFileError.whichKey(file, known: keys) }
    let key = key ?? keys[0]
    guard let found = all[key] else {
      throw StatisticsFileError.unknownKey(key, file, known: keys)
    }
    if let space, space.count != found.count {
      throw ActionError.wrongDimensions(
        "\(file), \"\(brief(key))\", action", expected: space.count, found: found.count)
    }
    return found
  }
}
