/// Arrays and objects in a JSON file.
extension JSONValue {
  /// The elements of an array, whose length must be in `count`.
  public func array(count: ClosedRange<Int> = 0...Int.max) throws -> [JSONValue] {
    guard let items else { throw wrongType("an array") }
    guard count.contains(items.count) else {
      let wanted =
        count.lowerBound == count.upperBound
        ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
      throw error(
        .outOfRange(
          key: path, found: "an array of \(items.count)", expected: "an array of \(wanted)"))
    }
    return items.enumerated().map(element)
  }

  func element(_ index: Int, _ item: JSON?) -> JSONValue {
    JSONValue(
      item, file: file, place: .element(index, of: place), record: record?.part("[\(index)]"))
  }

  /// Whether an object has the member `key`, be it `null`: where `null` switches off what a missing
  /// member leaves on.
  public func holds(_ key: String) -> Bool { members?.contains { $0.key == key } == true }

  /// The members of an object.
  public func object() throws -> [String: JSONValue] {
    guard let members else { throw wrongType("an object") }
    record?.noteAll()
    return members.reduce(into: [:]) { result, member in
      result[member.key] = JSONValue(
        member.value, file: file, place: .member(member.key, of: place))
    }
  }
}
