import Foundation

/// A key of a file as an error shows it: on one line, at most 80 characters.
package func brief(_ key: String) -> String { String(key.filter { !$0.isNewline }.prefix(80)) }

/// A text as an error shows it: on one line, at most 400 characters.
package func oneLine(_ text: String) -> String {
  String(text.prefix(400).split(whereSeparator: \.isNewline).joined(separator: " "))
}

/// Foundation's account of an error, on one line.
package func oneLine(_ error: any Error) -> String {
  let debug = (error as NSError).userInfo["NSDebugDescription"] as? String
  return oneLine(debug ?? error.localizedDescription)
}
