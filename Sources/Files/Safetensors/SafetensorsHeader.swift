/// The JSON header of a safetensors file, read strictly: which tensors there are, and where.
///
///     {"__metadata__": {"format": "pt"},
///      "head.weight": {"dtype": "F16", "shape": [32, 7], "data_offsets": [0, 448]}}
///
/// A name may occur once, an entry has just these three keys, and numbers are whole. Whether the
/// offsets make sense is for `SafetensorsFile` to say.
///
/// Source: huggingface.co/docs/safetensors, "Format".
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var dataType: String
    var shape: [Int]
    var begin, end: Int  // bytes from the end of the header
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  init(_ bytes: [UInt8]) throws(SafetensorsError.Reason) {
    guard bytes.first == UInt8(ascii: "{") else { throw .badHeader("expected '{' at byte 0") }
    let header: JSON
    do throws(JSON.Failure) {
      header = try JSON(bytes, within: JSON.Bounds(depth: 3, elements: Limits.axes))
    } catch { throw .badHeader("\(error.reason), at byte \(error.byte)") }
    for member in try header.uniqueMembers("the header") {
      if member.key == "__metadata__" {
        if member.value == .null { continue }  // as the reference implementation reads it
        for note in try member.value.uniqueMembers("\"__metadata__\"") {
          guard case .string(let text) = note.value else {
            throw .badHeader("\"\(brief(note.key))\" of \"__metadata__\" must be a string")
          }
          metadata[note.key] = text
        }
      } else {
        entries.append(try Self.entry(member.key, member.value))
      }
    }
  }

  private static func entry(
    _ name: String, _ json: JSON
  ) throws(SafetensorsError.Reason) -> Entry {
    var dataType: String?, shape: [Int]?, offsets: [Int]?
    for member in try json.uniqueMembers("\"\(brief(name))\"") {
      switch (member.key, member.value) {
      case ("dtype", .string(let text)): dataType = text
      case ("shape", let value): shape = value.integers
      case ("data_offsets", let value): offsets = value.integers
      default:
        throw .badHeader("\"\(brief(name))\" has an unexpected \"\(brief(member.key))\"")
      }
    }
    guard let dataType, let shape, let offsets, offsets.count == 2 else {
      throw .badHeader("\"\(brief(name))\" must have a dtype, a shape and two data_offsets")
    }
    return Entry(
      name: name, dataType: dataType, shape: shape, begin: offsets[0], end: offsets[1])
  }
}

extension JSON {
  /// The members of an object, called `what` in an error, in which no name occurs twice.
  func uniqueMembers(_ what: String) throws(SafetensorsError.Reason) -> [Member] {
    guard case .object(let members) = self else { throw .badHeader("\(what) must be an object") }
    var seen: Set<String> = []
    for member in members where !seen.insert(member.key).inserted {
      throw .duplicateName(member.key)
    }
    return members
  }

  /// The elements of an array of whole numbers; nil if it is anything else.
  fileprivate var integers: [Int]? {
    guard case .array(let items) = self else { return nil }
    let numbers = items.compactMap { if case .whole(let number) = $0 { number } else { nil } }
    return numbers.count == items.count ? numbers : nil
  }
}
