import Foundation

extension MessagePack {
  /// The value's bytes, each number and length in the shortest form, as Python's `msgpack` writes
  /// them.
  var data: Data {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return Data(bytes)
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(0xc0)
    case .bool(let bool): bytes.append(bool ? 0xc3 : 0xc2)
    case .int(let number) where number >= 0: Self.write(UInt64(number), to: &bytes)
    case .int(let number): Self.write(negative: number, to: &bytes)
    case .uint(let number): Self.write(number, to: &bytes)
    case .float(let number): bytes += [0xca] + Self.big(number.bitPattern)
    case .double(let number): bytes += [0xcb] + Self.big(number.bitPattern)
    case .text(let text):
      Self.length(text.utf8.count, short: 0xa0, below: 32, [0xd9, 0xda, 0xdb], to: &bytes)
      bytes += text.utf8
    case .bytes(let data):
      Self.length(data.count, [0xc4, 0xc5, 0xc6], to: &bytes)
      bytes += data
    case .array(let values):
      Self.length(values.count, short: 0x90, below: 16, [nil, 0xdc, 0xdd], to: &bytes)
      values.forEach { $0.write(to: &bytes) }
    case .map(let entries):
      Self.length(entries.count, short: 0x80, below: 16, [nil, 0xde, 0xdf], to: &bytes)
      for entry in entries {
        entry.key.write(to: &bytes)
        entry.value.write(to: &bytes)
      }
    case .other(let type, let data):
      if let fixed = [1, 2, 4, 8, 16].firstIndex(of: data.count) {
        bytes.append(0xd4 + UInt8(fixed))
      } else {
        Self.length(data.count, [0xc7, 0xc8, 0xc9], to: &bytes)
      }
      bytes.append(UInt8(bitPattern: type))
      bytes += data
    }
  }

  /// The head and length of text, bytes and collections: `heads` are those of lengths of one, two
  /// and four bytes; a short one fits in the head itself.
  private static func length(
    _ count: Int, short: UInt8 = 0, below limit: Int = 0, _ heads: [UInt8?],
    to bytes: inout [UInt8]
  ) {
    if count < limit {
      bytes.append(short | UInt8(count))
    } else if count <= UInt8.max, let head = heads[0] {
      bytes += [head, UInt8(count)]
    } else if count <= UInt16.max, let head = heads[1] {
      bytes += [head] + big(UInt16(count))
    } else if let head = heads[2] {
      bytes += [head] + big(UInt32(count))
    }
  }

  private static func write(_ number: UInt64, to bytes: inout [UInt8]) {
    switch number {
    case 0..<0x80: bytes.append(UInt8(number))
    case 0...UInt64(UInt8.max): bytes += [0xcc, UInt8(number)]
    case 0...UInt64(UInt16.max): bytes += [0xcd] + big(UInt16(number))
    case 0...UInt64(UInt32.max): bytes += [0xce] + big(UInt32(number))
    default: bytes += [0xcf] + big(number)
    }
  }

  private static func write(negative number: Int64, to bytes: inout [UInt8]) {
    switch number {
    case (-32)...: bytes.append(UInt8(bitPattern: Int8(number)))
    case Int64(Int8.min)...: bytes += [0xd0, UInt8(bitPattern: Int8(number))]
    case Int64(Int16.min)...: bytes += [0xd1] + big(Int16(number))
    case Int64(Int32.min)...: bytes += [0xd2] + big(Int32(number))
    default: bytes += [0xd3] + big(number)
    }
  }

  private static func big(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian, Array.init)
  }
}
