import Foundation

extension MessagePack {
  /// Limits of what is read: the values of a message in all, and how deep they nest.
  static let mostValues = 100_000, mostLevels = 32

  /// Reads one value that fills `data`.
  /// - Throws: ``MessagePackError``. Every length is compared with the bytes that are left before it
  ///   is used.
  init(_ data: Data) throws {
    var reader = Reader(bytes: [UInt8](data))
    self = try reader.value(level: 0)
    guard reader.position == reader.bytes.count else {
      throw reader.error("\(reader.bytes.count - reader.position) bytes follow the message")
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0
    var values = 0

    func error(_ problem: String) -> MessagePackError { .init(problem, at: position) }

    mutating func value(level: Int) throws -> MessagePack {
      values += 1
      guard values <= mostValues else { throw error("more than \(mostValues) values") }
      guard level <= mostLevels else { throw error("nested more than \(mostLevels) levels deep") }
      let head = try UInt8(integer(1))
      switch head {
      case 0x00...0x7f: return .int(Int64(head))
      case 0x80...0x8f: return try map(Int(head & 0x0f), level)
      case 0x90...0x9f: return try array(Int(head & 0x0f), level)
      case 0xa0...0xbf: return try text(Int(head & 0x1f))
      case 0xc0: return .null
      case 0xc2, 0xc3: return .bool(head == 0xc3)
      case 0xc4...0xc6: return try .bytes(take(count(1 << (head - 0xc4))))
      case 0xc7...0xc9: return try other(count(1 << (head - 0xc7)))
      case 0xca: return try .float(Float(bitPattern: UInt32(integer(4))))
      case 0xcb: return try .double(Double(bitPattern: integer(8)))
      case 0xcc...0xcf:
        let number = try integer(1 << (head - 0xcc))
        return Int64(exactly: number).map(MessagePack.int) ?? .uint(number)
      case 0xd0: return try .int(Int64(Int8(truncatingIfNeeded: integer(1))))
      case 0xd1: return try .int(Int64(Int16(truncatingIfNeeded: integer(2))))
      case 0xd2: return try .int(Int64(Int32(truncatingIfNeeded: integer(4))))
      case 0xd3: return try .int(Int64(bitPattern: integer(8)))
      case 0xd4...0xd8: return try other(1 << Int(head - 0xd4))
      case 0xd9...0xdb: return try text(count(1 << (head - 0xd9)))
      case 0xdc, 0xdd: return try array(count(2 << (head - 0xdc)), level)
      case 0xde, 0xdf: return try map(count(2 << (head - 0xde)), level)
      case 0xe0...0xff: return .int(Int64(Int8(bitPattern: head)))
      default: throw error("the byte 0x\(String(head, radix: 16)) begins no value")
      }
    }

    /// A big-endian integer of `count` bytes.
    private mutating func integer(_ count: Int) throws -> UInt64 {
      guard bytes.count - position >= count else { throw error("the message ends too early") }
      defer { position += count }
      return bytes[position..<position + count].reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func count(_ bytes: Int) throws -> Int { Int(try integer(bytes)) }

    private mutating func take(_ count: Int) throws -> Data {
      guard bytes.count - position >= count else {
        throw error("\(count) bytes are announced, \(bytes.count - position) are left")
      }
      defer { position += count }
      return Data(bytes[position..<position + count])
    }

    private mutating func text(_ count: Int) throws -> MessagePack {
      let data = try take(count)
      guard let text = String(data: data, encoding: .utf8) else { throw error("no UTF-8 text") }
      return .text(text)
    }

    private mutating func other(_ count: Int) throws -> MessagePack {
      let type = Int8(truncatingIfNeeded: try integer(1))
      return .other(type: type, try take(count))
    }

    // Each element takes at least a byte, so that no count reserves memory beyond the message's own.
    private mutating func array(_ count: Int, _ level: Int) throws -> MessagePack {
      guard count <= bytes.count - position else { throw error("\(count) values are announced") }
      return .array(try (0..<count).map { _ in try value(level: level + 1) })
    }

    private mutating func map(_ count: Int, _ level: Int) throws -> MessagePack {
      guard count <= bytes.count - position else { throw error("\(count) entries are announced") }
      return .map(
        try (0..<count).map { _ in
          Entry(try value(level: level + 1), try value(level: level + 1))
        })
    }
  }
}
