/// What surrounds the text of a file, and what must be repaired after a change, or else every input would be
/// refused at its first check.
enum FileForm: Sendable {
  case text, safetensors, png

  /// The JSON text inside.
  func text(of bytes: [UInt8]) -> [UInt8] {
    guard self == .safetensors else { return bytes }
    return Array(bytes[8..<8 + headerLength(bytes)])
  }

  func replacingText(of bytes: [UInt8], by text: [UInt8]) -> [UInt8] {
    guard self == .safetensors else { return text }
    return littleEndian(text.count) + text + bytes[(8 + headerLength(bytes))...]
  }

  func repaired(_ bytes: [UInt8]) -> [UInt8] {
    switch self {
    case .text: bytes
    case .safetensors: repairedLength(bytes)
    case .png: repairedChecksums(bytes)
    }
  }

  private func headerLength(_ bytes: [UInt8]) -> Int {
    bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private func littleEndian(_ number: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// The length of the header up to its last bracket.
  private func repairedLength(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > 8, let end = bytes.lastIndex(of: UInt8(ascii: "}")), end > 8 else {
      return bytes
    }
    return littleEndian(end - 7) + bytes[8...]
  }

  /// The checksum of each chunk: length, type, data, CRC.
  private func repairedChecksums(_ bytes: [UInt8]) -> [UInt8] {
    var (bytes, place) = (bytes, 8)
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard place + 12 + length <= bytes.count else { break }
      let sum = PlainPNG.crc(bytes[place + 4..<place + 8 + length])
      for i in 0..<4 { bytes[place + 8 + length + i] = UInt8(sum >> (24 - 8 * i) & 255) }
      place += 12 + length
    }
    return bytes
  }
}

/// PNG files of any color type, written without libpng: the pixels in one stored block of zlib.
///
/// Reference: PNG Specification, sections 5 and 11; RFC 1950 and 1951.
enum PlainPNG {
  static func file(
    width: Int, height: Int, depth: Int, color: Int, interlaced: Bool = false
  ) -> [UInt8] {
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][color]!
    // At least as many bytes as any order of rows needs, with a filter's number before each row.
    let row = (width * samples * depth + 7) / 8 + 1
    let count = interlaced ? (row + 8) * height * 2 : row * height
    // Each byte is also the number of a filter, since rows of an interlaced image begin anywhere.
    let pixels = (0..<count).map { UInt8($0 * 7 % 5) }
    let (low, high) = (UInt8(count & 255), UInt8(count >> 8))
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in pixels { (a, b) = ((a + UInt32(byte)) % 65521, (b + a + UInt32(byte)) % 65521) }
    let zlib =
      [0x78, 0x01, 0x01, low, high, ~low, ~high] + pixels + bigEndian(Int(b << 16 | a))
    let header =
      bigEndian(width) + bigEndian(height)
      + [UInt8(depth), UInt8(color), 0, 0, interlaced ? 1 : 0]
    let palette = color == 3 ? chunk("PLTE", (0..<12).map { UInt8($0 * 20) }) : []
    let transparency = color == 3 ? chunk("tRNS", [0, 128, 255]) : []
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + palette
      + transparency + chunk("IDAT", zlib) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc(body[...])))
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(number >> (24 - 8 * $0) & 255) }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
  }

  static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
  }
}
