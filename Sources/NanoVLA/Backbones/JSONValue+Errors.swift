// What an error says about a value in a JSON file: where it stands and what it is.

extension JSONValue {
  /// An error about this value.
  public func error(_ reason: JSONFileError.Reason) -> JSONFileError {
    JSONFileError(file: file, reason: reason)
  }

  public func unsupported(_ supported: [String]) -> JSONFileError {
    error(.unsupported(key: path, found: summary, supported: supported))
  }

  public func outOfRange(_ expected: String) -> JSONFileError {
    error(.outOfRange(key: path, found: summary, expected: expected))
  }

  public func wrongType(_ expected: String) -> JSONFileError {
    guard exists else { return error(.missing(key: path)) }
    return error(.wrongType(key: path, found: summary, expected: expected))
  }

  /// The value as an error shows it: short, on one line, whatever the file holds.
  private var summary: String {
    switch content {
    case nil: "missing"
    case let flag as Bool where isBool: "\(flag)"
    case let text as String: "\"\(brief(text))\""
    case let values as [Any]: "an array of \(values.count)"
    case let members as [String: Any]: "an object of \(members.count)"
    case let value?: brief("\(value)")
    }
  }
}

extension JSONValue {
  /// The way from the whole file to a value, spelled out only if an error needs it.
  indirect enum Place {
    case whole
    case member(String, of: Place)
    case element(Int, of: Place)

    var path: String {
      switch self {
      case .whole: ""
      case .member(let key, .whole): brief(key)
      case .member(let key, let parent): "\(parent.path).\(brief(key))"
      case .element(let index, let parent): "\(parent.path)[\(index)]"
      }
    }
  }
}
