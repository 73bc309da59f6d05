// What can go wrong with `dataset_statistics.json`: one line each, with the file and the remedy.

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

/// A key of a file as an error shows it: on one line, whatever the file says.
func brief(_ key: String) -> String { String(key.filter { !$0.isNewline }.prefix(80)) }

/// Foundation's account of an error, cut down to one line that names the place inside the JSON.
func oneLine(_ error: any Error) -> String {
  let debug = (error as NSError).userInfo["NSDebugDescription"] as? String
  var text = debug ?? error.localizedDescription
  if let error = error as? DecodingError {
    switch error {
    case .keyNotFound(let key, let context):
      text = "\"\(key.stringValue)\" is missing in \(place(context))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      text = "\(place(context)): \(context.debugDescription)"
    @unknown default: break
    }
  }
  return String(text.prefix(400).split(whereSeparator: \.isNewline).joined(separator: " "))
}

private func place(_ context: DecodingError.Context) -> String {
  let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
  return path.isEmpty ? "the whole file" : path.joined(separator: ".")
}
