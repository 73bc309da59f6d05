import Foundation

/// A key of a file as an error shows it: on one line, at most 120 code points. Of a longer one, the
/// beginning and the end: where a tensor belongs, and what it is.
package func brief(_ key: String) -> String {
  let line = key.unicodeScalars.filter { !$0.isNewline }
  if line.count <= 120 { return String(safe(line, limit: 120)) }
  return String(safe(line.prefix(48), limit: 48)) + "…" + String(safe(line.suffix(71), limit: 71))
}

/// A text as an error shows it: on one line, at most 400 code points.
package func oneLine(_ text: String) -> String {
  String(safe(joined(text), limit: 400))
}

/// A path as an error shows it: on one line; of a long one the beginning and the end.
package func briefPath(_ path: String) -> String {
  let line = joined(path)
  if line.count <= 300 { return String(safe(line, limit: 300)) }
  return String(safe(line.prefix(100), limit: 100)) + "…"
    + String(safe(line.suffix(199), limit: 199))
}

/// Foundation's account of an error, on one line.
package func oneLine(_ error: any Error) -> String {
  let debug = (error as NSError).userInfo["NSDebugDescription"] as? String
  return oneLine(debug ?? error.localizedDescription)
}

/// The code points of a text, a space in place of each group of line breaks.
private func joined(_ text: String) -> [Unicode.Scalar] {
  Array(text.unicodeScalars.split(whereSeparator: \.isNewline).joined(separator: [" "]))
}

/// At most `limit` code points, without those that move a terminal's cursor or hide what follows. One
/// letter can have a million accents, so that characters are no measure of length.
private func safe(
  _ scalars: some Sequence<Unicode.Scalar>, limit: Int
) -> String.UnicodeScalarView {
  var view = String.UnicodeScalarView()
  for scalar in scalars.prefix(limit) {
    switch scalar.properties.generalCategory {
    case .control, .format: view.append(scalar == "\t" ? " " : "\u{FFFD}")
    default: view.append(scalar)
    }
  }
  return view
}

extension Unicode.Scalar {
  fileprivate var isNewline: Bool { Character(self).isNewline }
}
