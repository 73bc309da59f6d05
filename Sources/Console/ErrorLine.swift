/// `text` as one line of bounded length, safe for a terminal: line breaks become spaces, other
/// control characters their code, and of a long text only the beginning and the end are kept, since
/// the place stands at the beginning of a message and the remedy at its end.
///
/// Each message of a program passes through here, so that what it quotes (a path, a file's words) may
/// be of any length.
public func errorLine(_ text: String) -> String {
  var scalars: [Unicode.Scalar] = []
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .lineSeparator, .paragraphSeparator: scalars.append(" ")
    case .control, .format:
      if ["\n", "\r", "\t"].contains(scalar) {
        scalars.append(" ")
      } else {
        scalars += "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars
      }
    default: scalars.append(scalar)
    }
  }
  let (head, tail) = (240, 360)
  if scalars.count > head + tail + 1 {
    scalars = scalars.prefix(head) + ["…"] + scalars.suffix(tail)
  }
  var line = String.UnicodeScalarView()
  line.append(contentsOf: scalars)
  return String(line)
}

/// A message of several lines, such as an error and the usage of a command, each line bounded.
public func errorLines(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false)
    .map { errorLine(String($0)) + "\n" }.joined()
}
