import Foundation

// Longer than other files: Swift's `Decoder` asks for three containers, each with all its methods.

extension Decodable {
  /// Reads a value from `file`, a JSON file.
  ///
  /// - Throws: a ``JSONFileError`` that names the file, the key and the remedy.
  public static func load(from file: URL) throws -> Self { try JSONFile.read(file).decoded() }
}

extension JSONValue {
  /// This value as a `Value`.
  ///
  /// - Throws: a ``JSONFileError`` that names the file, the key and the remedy.
  public func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    do { return try Value(from: JSONValueDecoder(value: self)) } catch let error as JSONFileError {
      throw error
    } catch DecodingError.keyNotFound(let key, _) {
      throw self[key.stringValue].error(.missing(key: self[key.stringValue].path))
    } catch DecodingError.dataCorrupted(let context) {
      throw error(.unusable(key: path, why: oneLine(context.debugDescription)))
    } catch DecodingError.typeMismatch(_, let context) {
      throw error(.unusable(key: path, why: oneLine(context.debugDescription)))
    } catch {
      throw self.error(.unusable(key: path, why: oneLine("\(error)")))
    }
  }

  /// Numbers by the type that is asked for; each is checked to fit it.
  fileprivate func scalar<Value>(_ type: Value.Type) throws -> Value? {
    switch type {
    case is Bool.Type: return try bool() as? Value
    case is String.Type: return try string() as? Value
    case is Double.Type:
      return try number(-.greatestFiniteMagnitude ... .greatestFiniteMagnitude) as? Value
    case is Float.Type:
      let float = Float(try number(-.greatestFiniteMagnitude ... .greatestFiniteMagnitude))
      guard float.isFinite else { throw outOfRange("within ±3.4028235e+38") }
      return float as? Value
    case let type as any FixedWidthInteger.Type: return try integer(type) as? Value
    default: return nil
    }
  }

  private func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
    if case .large(let value) = content, let value = Integer(exactly: value) { return value }
    let value = try int(Int.min...Int.max)
    guard let integer = Integer(exactly: value) else {
      throw outOfRange("from \(type.min) to \(type.max)")
    }
    return integer
  }

  fileprivate func part<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try scalar(type) ?? decoded(type)
  }
}

/// Foundation's `Decoder` protocol over a ``JSONValue``: what reads a type that is `Decodable`.
///
/// The file was read and bounded before; nesting is at most that of the file.
private struct JSONValueDecoder: Decoder {
  let value: JSONValue
  var codingPath: [any CodingKey] { [] }  // the value knows its own path
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard value.isObject else { throw value.wrongType("an object") }
    return KeyedDecodingContainer(Members<Key>(value: value))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    Elements(value: value, elements: try value.array())
  }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(value: value) }
}

/// The members of an object.
private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let value: JSONValue
  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { (value.members ?? []).compactMap { Key(stringValue: $0.key) } }

  func contains(_ key: Key) -> Bool { value[key.stringValue].exists }
  func decodeNil(forKey key: Key) throws -> Bool { !contains(key) }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try value[key.stringValue].part(type)
  }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try JSONValueDecoder(value: value[key.stringValue]).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try JSONValueDecoder(value: value[key.stringValue]).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder { JSONValueDecoder(value: value["super"]) }
  func superDecoder(forKey key: Key) throws -> any Decoder {
    JSONValueDecoder(value: value[key.stringValue])
  }
}

/// The elements of an array, one after another.
private struct Elements: UnkeyedDecodingContainer {
  let value: JSONValue
  let elements: [JSONValue]
  var currentIndex = 0
  var codingPath: [any CodingKey] { [] }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  private mutating func next() throws -> JSONValue {
    guard !isAtEnd else { throw value.outOfRange("an array of more than \(elements.count)") }
    currentIndex += 1
    return elements[currentIndex - 1]
  }
  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, !elements[currentIndex].exists else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next().part(type)
  }
  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try JSONValueDecoder(value: next()).container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try JSONValueDecoder(value: next()).unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { JSONValueDecoder(value: try next()) }
}

/// One value by itself.
private struct Single: SingleValueDecodingContainer {
  let value: JSONValue
  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { !value.exists }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value.part(type) }
}
