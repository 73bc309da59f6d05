import Foundation

/// An independent, plain PNG encoder: any color type and depth, stored deflate blocks.
enum PlainPNG {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// `rows` are the raw bytes of each row, those of an interlaced image pass by pass; `extra` chunks
  /// go before the pixels.
  static func encode(
    width: Int, height: Int, depth: UInt8, colorType: UInt8, rows: [[UInt8]],
    extra: [(String, [UInt8])] = [], isInterlaced: Bool = false
  ) -> Data {
    let form: [UInt8] = [depth, colorType, 0, 0, isInterlaced ? 1 : 0]
    let header: [UInt8] = bigEndian(width) + bigEndian(height) + form
    let raw: [UInt8] = rows.flatMap { row -> [UInt8] in [0] + row }
    let length = [UInt8(raw.count & 255), UInt8(raw.count >> 8)]
    var deflated: [UInt8] = [0x78, 0x01, 0x01]
    deflated += length + length.map { ~$0 }
    deflated += raw + adler(raw)
    var bytes = signature + chunk("IHDR", header)
    for (name, content) in extra { bytes += chunk(name, content) }
    bytes += chunk("IDAT", deflated) + chunk("IEND", [])
    return Data(bytes)
  }

  static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bigEndian(content.count) + body + bigEndian(Int(crc(body)))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }

  private static func adler(_ bytes: [UInt8]) -> [UInt8] {
    var (a, b) = (1, 0)
    for byte in bytes {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    return bigEndian(b << 16 | a)
  }
}
