import Files

/// Code points. Tokenizers compare text by code points; Swift's strings also compare equal if they
/// are canonically equivalent, and would find the wrong token for "é".
typealias Scalars = [Unicode.Scalar]

extension Array where Element == Unicode.Scalar {
  init(_ text: String) { self = Array(text.unicodeScalars) }

  var text: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: self)
    return String(view)
  }
}

/// A value in tokenizer.json with its path, so that errors can say where it is.
///
/// A member that is missing or null is nil; a value of the wrong kind is always an error.
struct Section {
  let file: String
  /// Such as `model.vocab`.
  let path: String
  let value: JSON

  func wrong(_ reason: String) -> TokenizerError {
    .wrongValue(file: file, path: path.isEmpty ? "the whole file" : path, reason: reason)
  }

  private func expected(_ kind: String) -> TokenizerError {
    let found =
      switch value {
      case .null: "null"
      case .bool: "true or false"
      case .whole, .large, .number: "a number"
      case .string: "a string"
      case .array: "a list"
      case .object: "an object"
      }
    return wrong("expected \(kind), found \(found)")
  }

  /// The member `key`, nil if it is missing or null.
  subscript(key: String) -> Section? {
    get throws(TokenizerError) {
      guard let found = try members().last(where: { $0.key == key })?.value, found != .null else {
        return nil
      }
      return Section(file: file, path: path.isEmpty ? key : "\(path).\(brief(key))", value: found)
    }
  }

  func required(_ key: String) throws(TokenizerError) -> Section {
    guard let found = try self[key] else { throw wrong("\"\(key)\" is missing") }
    return found
  }

  func members() throws(TokenizerError) -> [JSON.Member] {
    guard case .object(let members) = value else { throw expected("an object") }
    return members
  }

  func items() throws(TokenizerError) -> [Section] {
    guard case .array(let items) = value else { throw expected("a list") }
    return items.enumerated().map {
      Section(file: file, path: "\(path)[\($0)]", value: $1)
    }
  }

  func string() throws(TokenizerError) -> String {
    guard case .string(let text) = value else { throw expected("a string") }
    return text
  }

  func scalars() throws(TokenizerError) -> Scalars { Scalars(try string()) }

  func bool() throws(TokenizerError) -> Bool {
    guard case .bool(let flag) = value else { throw expected("true or false") }
    return flag
  }

  /// A whole number from 0 to 16,777,215, more than the size of any published vocabulary.
  func count() throws(TokenizerError) -> Int {
    switch value {
    case .whole(let count) where 0..<1 << 24 ~= count: return count
    case .whole(let number): throw notACount("\(number)")
    case .number(let number): throw notACount("\(number)")
    default: throw expected("a number")
    }
  }

  private func notACount(_ found: String) -> TokenizerError {
    wrong("expected a whole number from 0 to 16777215, found \(found)")
  }

  /// The flag `key`, or `usual` if the file does not have it.
  func flag(_ key: String, usual: Bool) throws(TokenizerError) -> Bool {
    try self[key]?.bool() ?? usual
  }

  /// The component's kind: its member "type".
  func type() throws(TokenizerError) -> String { try required("type").string() }

  func unsupported(_ component: String, supported: [String]) -> TokenizerError {
    .unsupported(component: component, file: file, path: path, supported: supported)
  }
}
