import Foundation

/// A key of a file as an error shows it: on one line, at most 80 characters.
package func brief(_ key: String) -> String { String(key.filter { !$0.isNewline }.prefix(80)) }

/// A text as an error shows it: on one line, at most 400 characters.
package func oneLine(_ text: String) -> String {
  String(text.prefix(400).split(whereSeparator: \.isNewline).joined(separator: " "))
}

/// A path as an error shows it: on one line; of a long one the beginning and the end.
package func briefPath(_ path: String) -> String {
  let line = path.split(whereSeparator: \.isNewline).joined(separator: " ")
  return line.count <= 300 ? line : line.prefix(100) + "…" + line.suffix(199)
}

/// Foundation's account of an error, on one line.
package func oneLine(_ error: any Error) -> String {
  let debug = (error as NSError).userInfo["NSDebugDescription"] as? String
  return oneLine(debug ?? error.localizedDescription)
}
