/// A value inside a JSON file together with its path, which errors name.
///
/// Looking up a key never fails: what is not there is a missing value, and only asking for its
/// content throws a ``JSONFileError``, or gives the default. `null` counts as missing, as the
/// libraries that write these files mean it.
///
///     let text = config["text_config"]
///     let width = try text["hidden_size"].int(1...65_536)
///     let theta = try text["rope_theta"].or(text["rope_parameters"]["rope_theta"])
///       .number(1...1e9, default: 10_000)
public struct JSONValue {
  public let file: String
  let place: Place
  /// nil if missing or null.
  package let content: JSON?
  /// What was asked for, if somebody wants to know; see ``recorded()``.
  let record: JSONRecord?

  init(_ content: JSON?, file: String, place: Place = .whole, record: JSONRecord? = nil) {
    self.content = content == .null ? nil : content
    (self.file, self.place, self.record) = (file, place, record)
  }

  /// The keys that lead here: `text_config.layers[3]`; "" for the whole file.
  public var path: String { place.path }

  /// The member `key` of an object, of two the last; missing if this is no object or has none.
  public subscript(_ key: String) -> JSONValue {
    JSONValue(
      members?.last { $0.key == key }?.value, file: file, place: .member(key, of: place),
      record: record?.part(key))
  }

  /// The element `index` of an array; missing if this is no array or is shorter.
  public subscript(_ index: Int) -> JSONValue {
    let items = items ?? []
    let item = items.indices.contains(index) ? items[index] : nil
    return element(index, item)
  }

  /// This value, or if it is missing `other`: for files that spell one thing in two ways.
  public func or(_ other: JSONValue) -> JSONValue { exists || !other.exists ? self : other }

  public var exists: Bool { content != nil }
  public var isObject: Bool { members != nil }

  var members: [JSON.Member]? {
    if case .object(let members) = content { members } else { nil }
  }
  var items: [JSON]? { if case .array(let items) = content { items } else { nil } }
}

extension JSONValue {
  /// A whole number within `range`.
  public func int(_ range: ClosedRange<Int>, default: Int? = nil) throws -> Int {
    if let value = try absent(`default`, "a whole number") { return value }
    switch content {
    case .whole(let value): return try within(range, value)
    case .number(let value):  // 2.0 and 1e3 are whole numbers too
      guard let value = Int(exactly: value) else { throw wrongType("a whole number") }
      return try within(range, value)
    case .large: throw outOfRange("from \(range.lowerBound) to \(range.upperBound)")
    default: throw wrongType("a whole number")
    }
  }

  /// A number within `range`.
  public func number(_ range: ClosedRange<Double>, default: Double? = nil) throws -> Double {
    if let value = try absent(`default`, "a number") { return value }
    switch content {
    case .whole(let value): return try within(range, Double(value))
    case .large(let value): return try within(range, Double(value))
    case .number(let value): return try within(range, value)
    default: throw wrongType("a number")
    }
  }

  private func within<Value>(_ range: ClosedRange<Value>, _ value: Value) throws -> Value {
    if let value = value as? Double, !value.isFinite { throw outOfRange("a finite number") }
    guard range.contains(value) else {
      throw outOfRange("from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  public func bool(default: Bool? = nil) throws -> Bool {
    if let value = try absent(`default`, "true or false") { return value }
    guard case .bool(let value) = content else { throw wrongType("true or false") }
    return value
  }

  public func string(default: String? = nil) throws -> String {
    if let value = try absent(`default`, "a string") { return value }
    guard case .string(let value) = content else { throw wrongType("a string") }
    return value
  }

  /// What a string stands for, such as `["gelu": Activation.gelu, …]`.
  public func choice<Choice>(_ choices: [String: Choice], default: String? = nil) throws -> Choice {
    let name = try string(default: `default`)
    guard let choice = choices[name] else { throw unsupported(choices.keys.sorted()) }
    return choice
  }

  /// The default, if this is missing.
  private func absent<Value>(_ value: Value?, _ expected: String) throws -> Value? {
    guard !exists else { return nil }
    guard let value else { throw wrongType(expected) }
    return value
  }
}
