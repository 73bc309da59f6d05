import Files

/// Action statistics that are missing, or a dataset that is not named.
public enum StatisticsFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file without datasets.
  case empty(String)
  /// A folder without statistics.
  case missing(String)
  /// Several datasets, and no key.
  case whichKey(String, known: [String])
  /// A key that is not in the file.
  case unknownKey(String, String, known: [String])

  public var description: String {
    switch self {
    case .empty(let file):
      "\(file): it contains no dataset; write the statistics of the demonstrations again"
    case .missing(let folder):
      "\(folder) has no statistics, neither dataset_statistics.json nor norm_stats in config.json"
        + "; without them its actions have no unit: copy them from where the model was trained"
    case .whichKey(let file, let known):
      "\(file) holds \(known.count) datasets, name the one of your robot: \(list(known))"
    case .unknownKey(let key, let file, let known):
      "no dataset \"\(brief(key))\" in \(file); it holds: \(list(known))"
    }
  }

  private func list(_ keys: [String]) -> String {
    let shown = keys.prefix(40).map(brief).joined(separator: ", ")
    return keys.count > 40 ? shown + " and \(keys.count - 40) more" : shown
  }
}
