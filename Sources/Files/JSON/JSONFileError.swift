/// What can be wrong with a JSON file: the file, the key, the value and what to do, in one line.
public struct JSONFileError: Error, Equatable, Sendable, CustomStringConvertible {
  public var file: String
  public var reason: Reason

  /// Keys are paths such as `text_config.hidden_size`; "" is the whole file.
  public enum Reason: Error, Equatable, Sendable {
    case unreadable(String)
    case tooLarge(bytes: Int)
    case tooDeep
    case tooManyValues
    case notJSON(String)
    case missing(key: String)
    case wrongType(key: String, found: String, expected: String)
    case outOfRange(key: String, found: String, expected: String)
    case unsupported(key: String, found: String, supported: [String])
    /// A value that the reader does not know, and that may change the result.
    case notRead(key: String, found: String, reader: String)
    /// A value of the right type that cannot be used, and why.
    case unusable(key: String, why: String)
  }

  public var description: String {
    "\(briefPath(file)): \(explanation)"
  }

  /// The error without the file, for a caller that names the place itself.
  package var explanation: String {
    switch reason {
    case .unreadable(let why):
      return "\(why); give the path of a JSON file"
    case .tooLarge(let bytes):
      return "\(bytes) bytes; at most \(Limits.jsonBytes) are read: check that it is JSON"
    case .tooDeep:
      return "nested deeper than \(Limits.jsonDepth) levels; no model file is: download it "
        + "again"
    case .tooManyValues:
      return "more than \(Limits.jsonValues) values; no model file has so many: download it "
        + "again"
    case .notJSON(let why):
      return "not JSON: \(why); download or write the file again"
    case .missing(let key):
      return "\(place(key)) is missing; add it, or download the file again"
    case .wrongType(let key, let found, let expected):
      return "\(place(key)) is \(found), not \(expected); correct it, or download the file again"
    case .outOfRange(let key, let found, let expected):
      return "\(place(key)) is \(found), but must be \(expected); correct it"
    case .unsupported(let key, let found, let supported):
      return "\(place(key)) is \(found), which is not supported; supported: "
        + supported.joined(separator: ", ")
    case .notRead(let key, let found, let reader):
      return "\(place(key)) is \(found), which \(reader) does not read and which may change the "
        + "result; use a model without it, or delete the key if it changes nothing"
    case .unusable(let key, let why):
      return "\(place(key)): \(why); correct it, or write the file again"
    }
  }

  private func place(_ key: String) -> String { key.isEmpty ? "the whole file" : briefPath(key) }
}
