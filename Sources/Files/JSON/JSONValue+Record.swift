/// A record of the members of a JSON file that were asked for.
///
/// What a program does not ask for may still change what a file means. With a record, what nobody read
/// can be named: `unread` lists it, and whoever reads the file decides what to refuse.
///
///     let config = config.recorded()
///     let network = try Network(config)
///     config.unread.map(\.path)  // ["text_config.sliding_window", …]
final class JSONRecord {
  fileprivate var parts: [String: JSONRecord] = [:]
  fileprivate var readsAll = false

  /// The record of a member or an element, which counts as read from now on.
  func part(_ name: String) -> JSONRecord {
    if let part = parts[name] { return part }
    let part = JSONRecord()
    parts[name] = part
    return part
  }

  /// Notes that all members were read.
  func noteAll() { readsAll = true }
}

extension JSONValue {
  /// The same value with a record of what is asked for; itself if it has one.
  public func recorded() -> JSONValue {
    guard record == nil else { return self }
    return JSONValue(content, file: file, place: place, record: JSONRecord())
  }

  /// The members that nobody has asked for, here and in the members that somebody has asked for
  /// members of, in the order of the file; none without a record.
  public var unread: [JSONValue] {
    guard let record, !record.readsAll, !record.parts.isEmpty else { return [] }
    var seen: Set<String> = []
    let members = (members ?? []).filter { seen.insert($0.key).inserted }.flatMap { member in
      record.parts[member.key] == nil ? [unrecorded(member.key)] : self[member.key].unread
    }
    let elements = (items ?? []).indices.flatMap { index in
      record.parts["[\(index)]"] == nil ? [] : self[index].unread
    }
    return members.filter(\.exists) + elements
  }

  /// The last key on the way to this value; "" for the whole file and for elements.
  public var key: String { if case .member(let key, _) = place { key } else { "" } }

  /// Whether this value switches something off: missing, false, zero or empty.
  public var isOff: Bool {
    switch content {
    case nil, .null, .bool(false), .whole(0), .string(""), .array([]), .object([]): true
    case .number(let number): number == 0
    default: false
    }
  }

  /// The error for a value that is not read and may change the result.
  /// - Parameter reader: what does not read it.
  public func notRead(by reader: String) -> JSONFileError {
    error(.notRead(key: path, found: summary, reader: reader))
  }

  /// Of several spellings of one setting, the one that is there.
  /// - Throws: ``JSONFileError`` if two of them differ.
  public func agreeing(with others: JSONValue...) throws -> JSONValue {
    let found = ([self] + others).filter(\.exists)
    guard let first = found.first else { return self }
    if let other = found.first(where: { $0.content != first.content }) {
      throw other.outOfRange("as \(first.path), \(first.summary)")
    }
    return first
  }

  private func unrecorded(_ key: String) -> JSONValue {
    JSONValue(members?.last { $0.key == key }?.value, file: file, place: .member(key, of: place))
  }
}
