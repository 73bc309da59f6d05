// `dataset_statistics.json` in OpenVLA's layout, so that its files are read here and ours in Python:
//
//   { "tabletop_object": { "action": { "mask": […], "max": […], "mean": […], "min": […],
//                                      "q01": […], "q99": […], "std": […] },
//                          "num_trajectories": 100, "num_transitions": 702, "proprio": { … } } }
//
// A file may hold many data sets. Which one a robot belongs to is never guessed.

import Files
import Foundation
import Tabletop

extension ActionStatistics {
  /// The statistics of the data set `key` in `file`; without a key, of the only one there is.
  ///
  /// - Parameter space: of the robot, if known: statistics of another length are refused.
  /// - Throws: `StatisticsFileError`, or `ActionError` if the numbers cannot be used.
  public static func read(
    _ file: URL, key: String? = nil, for space: ActionSpace? = nil
  ) throws -> ActionStatistics {
    try chosen(key, of: readAll(file), in: file.path, for: space)
  }

  /// The data set `key` of `all`; without a key, the only one there is.
  package static func chosen(
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

  /// All data sets in `file` by their keys; at least one.
  public static func readAll(_ file: URL) throws -> [String: ActionStatistics] {
    let data: Data
    do {
      let facts = try file.resolvingSymlinksInPath()
        .resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
      guard facts.isRegularFile == true, let size = facts.fileSize, size <= 16 << 20 else {
        throw StatisticsFileError.unreadable(file.path, "not a regular file of at most 16 MB")
      }
      data = try Data(contentsOf: file)
    } catch let error as StatisticsFileError {
      throw error
    } catch {
      throw StatisticsFileError.unreadable(file.path, oneLine(error))
    }
    return try parseAll(data, file.path)
  }

  /// All data sets in `data`, the text of a file or a part of one; `file` is its name in an error.
  package static func parseAll(_ data: Data, _ file: String) throws -> [String: ActionStatistics] {
    let entries: [String: Entry]
    do {
      _ = try JSONSerialization.jsonObject(with: data)  // the decoder would not say where
      entries = try JSONDecoder().decode([String: Entry].self, from: data)
    } catch {
      throw StatisticsFileError.badJSON(file, oneLine(error))
    }
    guard !entries.isEmpty else {
      throw StatisticsFileError.badJSON(file, "no data set in it")
    }
    return try entries.reduce(into: [:]) { all, item in
      let (key, entry) = item
      let place = "\(file), \"\(brief(key))\","
      let action = try entry.action.statistics("\(place) action")
      all[key] = try ActionStatistics(
        action: action, mask: entry.action.mask ?? action.q01.map { _ in true },
        proprio: entry.proprio?.statistics("\(place) proprio"),
        transitions: entry.num_transitions ?? 0, trajectories: entry.num_trajectories ?? 0,
        "\(place) action")
    }
  }
}

/// One data set of a file. What a field is not used for here is passed over.
private struct Entry: Decodable {
  struct Columns: Decodable {
    let mean, std, max, min, q01, q99: [Float]
    let mask: [Bool]?

    func statistics(_ place: String) throws(ActionError) -> DimensionStatistics {
      try DimensionStatistics(
        mean: mean, std: std, max: max, min: min, q01: q01, q99: q99, place)
    }
  }
  let action: Columns
  let proprio: Columns?
  let num_transitions, num_trajectories: Int?
}

extension ActionStatistics {
  /// Of the demonstrations that come with the course.
  public static func bundled() throws -> ActionStatistics {
    try read(DemonstrationDataset.bundledFolder().appending(path: "dataset_statistics.json"))
  }
}
