// What can go wrong with `dataset_statistics.json`: one line each, with the file and the remedy.

import Files
import Foundation

/// What can be wrong with a file of statistics.
public enum StatisticsFileError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(String, String)
  case unwritable(String, String)
  case badJSON(String, String)
  case missing(String)
  case whichKey(String, known: [String])
  case unknownKey(String, String, known: [String])

  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "cannot read statistics \(file): \(reason)"
    case .unwritable(let file, let reason):
      "cannot write statistics \(file): \(reason); nothing was written"
    case .badJSON(let file, let reason):
      "\(file) is not a dataset_statistics.json: \(reason)"
    case .missing(let folder):
      "\(folder) has no statistics, neither dataset_statistics.json nor norm_stats in config.json"
        + "; without them its actions have no unit: copy them from where the model was trained"
    case .whichKey(let file, let known):
      "\(file) holds \(known.count) data sets, name the one of your robot: \(list(known))"
    case .unknownKey(let key, let file, let known):
      "no data set \"\(brief(key))\" in \(file); it holds: \(list(known))"
    }
  }

  private func list(_ keys: [String]) -> String {
    let shown = keys.prefix(40).map(brief).joined(separator: ", ")
    return keys.count > 40 ? shown + " and \(keys.count - 40) more" : shown
  }
}
