import Files

/// What can be wrong with the data sets of a file of statistics.
public enum StatisticsFileError: Error, Equatable, Sendable, CustomStringConvertible {
  case empty(String)
  case missing(String)
  case whichKey(String, known: [String])
  case unknownKey(String, String, known: [String])

  public var description: String {
    switch self {
    case .empty(let file):
      "\(file): no data set in it; write the statistics of the demonstrations again"
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
