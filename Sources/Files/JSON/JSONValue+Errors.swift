/// What an error says about a value in a JSON file: its path and what it is.
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
  var summary: String {
    switch content {
    case nil, .null: "missing"
    case .bool(let flag): "\(flag)"
    case .whole(let number): "\(number)"
    case .large(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): "\"\(brief(text))\""
    case .array(let items): "an array of \(items.count)"
    case .object(let members): "an object of \(members.count)"
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
