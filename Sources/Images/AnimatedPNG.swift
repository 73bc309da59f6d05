import Foundation

/// Several images as one animated PNG, which browsers play and every other reader shows as the first.
///
/// The file is that of the first image with three kinds of chunks added: how many frames there are
/// (acTL), how long each is shown (fcTL), and the data of the others (fdAT), which is what their own
/// files hold as IDAT.
///
/// - Reference: PNG Specification, third edition (W3C 2025), section 11.3.4.
extension RGBImage {
  /// The bytes of the file. The images must be of one size.
  /// - Parameter framesPerSecond: 1 … 100.
  public static func animatedPNG(_ frames: [RGBImage], framesPerSecond: Int) -> Data {
    guard let first = frames.first,
      frames.allSatisfy({ $0.width == first.width && $0.height == first.height })
    else { fatalError("animatedPNG: \(frames.map { [$0.width, $0.height] }) are no frames") }
    var file = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    var sequence: UInt32 = 0
    for (index, frame) in frames.enumerated() {
      let chunks = chunks(of: frame.pngData())
      if index == 0 {
        for chunk in chunks where !["IDAT", "IEND"].contains(chunk.name) {
          file += encoded(chunk.name, chunk.data)
        }
        file += encoded("acTL", big(UInt32(frames.count)) + big(UInt32(0)))  // 0: forever
      }
      var control = big(sequence) + big(UInt32(first.width)) + big(UInt32(first.height))
      control += big(UInt32(0)) + big(UInt32(0)) + big(UInt16(1)) + big(UInt16(framesPerSecond))
      file += encoded("fcTL", control + Data([0, 0]))
      sequence += 1
      for chunk in chunks where chunk.name == "IDAT" {
        if index == 0 {
          file += encoded("IDAT", chunk.data)
        } else {
          file += encoded("fdAT", big(sequence) + chunk.data)
          sequence += 1
        }
      }
    }
    return file + encoded("IEND", Data())
  }

  /// The chunks of a PNG file that libpng wrote.
  private static func chunks(of file: Data) -> [(name: String, data: Data)] {
    var chunks: [(String, Data)] = []
    var position = file.startIndex + 8
    while position < file.endIndex {
      let length = file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = String(decoding: file[position + 4..<position + 8], as: UTF8.self)
      chunks.append((name, file[position + 8..<position + 8 + length]))
      position += 12 + length
    }
    return chunks
  }

  private static func encoded(_ name: String, _ data: Data) -> Data {
    let body = Data(name.utf8) + data
    return big(UInt32(data.count)) + body + big(crc(body))
  }

  private static func big(_ number: some FixedWidthInteger) -> Data {
    withUnsafeBytes(of: number.bigEndian) { Data($0) }
  }

  /// The checksum of a chunk's name and data (PNG specification, annex D).
  private static func crc(_ data: Data) -> UInt32 {
    ~data.reduce(~UInt32(0)) { crc, byte in crcTable[Int((crc ^ UInt32(byte)) & 0xff)] ^ crc >> 8 }
  }

  private static let crcTable: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { c, _ in c & 1 == 1 ? 0xEDB8_8320 ^ c >> 1 : c >> 1 }
  }
}
