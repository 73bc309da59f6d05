import Files
import Foundation
import NanoVLA

/// Reading statistics in OpenVLA's layout, which Python programs share:
///
///     { "tabletop_object": { "action": { "mask": […], "max": […], "mean": […], "min": […],
///                                        "q01": […], "q99": […], "std": […] },
///                            "num_trajectories": 100, "num_transitions": 702, "proprio": { … } } }
///
/// A file may contain several datasets; the robot's must be named.
extension ActionStatistics {
  /// The statistics of one dataset in `file`.
  /// - Parameters:
  ///   - key: the dataset's name; nil if there is only one.
  ///   - space: the robot's action space, if known: statistics of another length are refused.
  /// - Throws: ``StatisticsFileError``, ``JSONFileError`` or ``ActionError``.
  public static func read(
    _ file: URL, key: String? = nil, for space: ActionSpace? = nil
  ) throws -> ActionStatistics {
    try chosen(key, of: readAll(file), in: file.path, for: space)
  }

  /// The statistics of all datasets in `file` by their keys; at least one.
  /// - Throws: as ``read(_:key:for:)``.
  public static func readAll(_ file: URL) throws -> [String: ActionStatistics] {
    try all(in: JSONFile.read(file), file.path)
  }

  /// The statistics of one dataset in the folder of a published model.
  ///
  /// They are in dataset_statistics.json, written by fine-tuning, or in `norm_stats` of config.json, for
  /// all pre-training datasets. If the first file exists, only it is read, as in OpenVLA's own
  /// evaluation.
  /// - Parameters:
  ///   - key: the dataset's name; nil if there is only one.
  ///   - space: the robot's action space, if known: statistics of another length are refused.
  /// - Throws: ``StatisticsFileError`` (`.whichKey` and `.unknownKey` list the keys),
  ///   ``JSONFileError`` or ``ActionError``.
  public static func read(
    modelFolder: URL, key: String? = nil, for space: ActionSpace? = nil
  ) throws -> ActionStatistics {
    let (all, file) = try find(modelFolder)
    return try chosen(key, of: all, in: file, for: space)
  }

  /// The statistics of all datasets of a model's folder by their keys; at least one.
  /// - Throws: as ``read(modelFolder:key:for:)``.
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
    let source = config.path + ", norm_stats"
    return (try all(in: stats, source), source)
  }

  private static func all(
    in json: JSONValue, _ source: String
  ) throws -> [String: ActionStatistics] {
    let all = try json.decoded([String: ActionStatistics].self)
    guard !all.isEmpty else { throw StatisticsFileError.empty(source) }
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
