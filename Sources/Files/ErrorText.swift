import Foundation

/// A key of a file as an error shows it: on one line, whatever the file says.
package func brief(_ key: String) -> String { String(key.filter { !$0.isNewline }.prefix(80)) }

/// Foundation's account of an error, cut down to one line that names the place inside the JSON.
package func oneLine(_ error: any Error) -> String {
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
