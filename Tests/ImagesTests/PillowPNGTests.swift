import Foundation
import Images
import Testing

/// Every kind of PNG file is read as Pillow's `Image.open(file).convert("RGB")` reads it. The expected
/// bytes are those of Pillow 13.0, but for 16-bit gray, which Pillow clips to white.
@Suite struct PillowPNGTests {
  private typealias Chunk = (String, [UInt8])

  private func decode(
    _ width: Int, _ depth: UInt8, _ type: UInt8, _ row: [UInt8], _ extra: [Chunk] = []
  ) throws -> [UInt8] {
    let data = PlainPNG.encode(
      width: width, height: 1, depth: depth, colorType: type, rows: [row], extra: extra)
    return try RGBImage(pngData: data).pixels
  }

  private func gray(_ values: [UInt8]) -> [UInt8] { values.flatMap { [$0, $0, $0] } }

  @Test("Gray of 1, 2, 4 and 8 bits spans 0 … 255, and a transparent gray keeps its value")
  func grays() throws {
    let kinds: [(depth: UInt8, row: [UInt8], values: [UInt8])] = [
      (1, [0b0101_0011], [0, 255, 0, 255, 0, 0, 255, 255]),
      (2, [0b0001_1011], [0, 85, 170, 255]),
      (4, [0x3C], [51, 204]),
      (8, [7, 200], [7, 200]),
    ]
    for (depth, row, values) in kinds {
      #expect(try decode(values.count, depth, 0, row) == gray(values))
      for transparent in 0...UInt8(3) {
        let hidden = [("tRNS", [0, transparent])]
        #expect(try decode(values.count, depth, 0, row, hidden) == gray(values))
      }
    }
  }

  @Test("16-bit gray is scaled to 8 bits, rounded; 16-bit color and gray with alpha are cut")
  func wide() throws {
    let values: [UInt16] = [0, 128, 129, 200, 0x1280, 0x7FFF, 0x8000, 0xFF7F, 0xFFFF]
    let bytes = values.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    let scaled = values.map { UInt8((Double($0) * 255 / 65535).rounded()) }
    #expect(try decode(9, 16, 0, bytes) == gray(scaled))
    #expect(try decode(9, 16, 0, bytes, [("tRNS", [0, 200])]) == gray(scaled))

    let color: [UInt8] = [1, 255, 2, 254, 3, 253, 200, 128, 100, 127, 255, 255]
    #expect(try decode(2, 16, 2, color) == [1, 2, 3, 200, 100, 255])
    let hidden: [Chunk] = [("tRNS", [1, 255, 2, 254, 3, 253])]
    #expect(try decode(2, 16, 2, color, hidden) == [1, 2, 3, 200, 100, 255])
    #expect(try decode(2, 16, 4, [10, 255, 0, 0, 90, 128, 128, 0]) == gray([10, 90]))
    #expect(
      try decode(2, 16, 6, [1, 255, 2, 254, 3, 253, 0, 0, 4, 0, 5, 0, 6, 0, 128, 0])
        == [1, 2, 3, 4, 5, 6])
  }

  @Test("Alpha and a transparent color are dropped, never composed with a background")
  func transparency() throws {
    let row: [UInt8] = [1, 2, 3, 250, 251, 252]
    #expect(try decode(2, 8, 2, row) == row)
    #expect(try decode(2, 8, 2, row, [("tRNS", [0, 1, 0, 2, 0, 3])]) == row)
    #expect(try decode(2, 8, 4, [10, 0, 90, 128]) == gray([10, 90]))
    #expect(
      try decode(3, 8, 6, [1, 2, 3, 0, 4, 5, 6, 128, 7, 8, 9, 255]) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    let background: [Chunk] = [("bKGD", [0, 200, 0, 200, 0, 200])]
    #expect(try decode(1, 8, 6, [1, 2, 3, 0], background) == [1, 2, 3])
  }

  @Test("Palettes of every depth give their colors, transparent entries too")
  func palettes() throws {
    let palette: Chunk = ("PLTE", [9, 8, 7, 60, 50, 40, 1, 2, 3, 4, 5, 6])
    let kinds: [(depth: UInt8, row: [UInt8], colors: [UInt8])] = [
      (1, [0b0100_0000], [9, 8, 7, 60, 50, 40]),
      (2, [0b0111_0000], [60, 50, 40, 4, 5, 6]),
      (4, [0x12], [60, 50, 40, 1, 2, 3]),
      (8, [3, 0], [4, 5, 6, 9, 8, 7]),
    ]
    for (depth, row, colors) in kinds {
      let colorCount = depth == 1 ? 6 : 12
      let own: Chunk = ("PLTE", Array(palette.1.prefix(colorCount)))
      #expect(try decode(2, depth, 3, row, [own]) == colors)
      #expect(try decode(2, depth, 3, row, [own, ("tRNS", [0, 128])]) == colors)
    }
    #expect(try decode(2, 8, 3, [1, 77], [palette]) == [60, 50, 40, 0, 0, 0])
  }

  @Test(
    "A chunk about gamma, color or the background changes no pixel",
    arguments: ["gAMA", "sRGB", "cHRM", "iCCP", "sBIT", "pHYs", "cICP", "tEXt"])
  func ancillary(name: String) throws {
    let contents: [String: [UInt8]] = [
      "gAMA": [0, 0, 0x58, 0xC7],  // 22727: a linear picture
      "sRGB": [0],
      "cHRM": (1...8).flatMap { [0, 0, 0x40 &+ $0, 0] },
      "iCCP": Array("icc".utf8) + [0, 0, 0x78, 0x01, 0x03, 0, 0, 0, 0, 1],
      "sBIT": [5, 6, 5], "pHYs": [0, 0, 1, 0, 0, 0, 1, 0, 1], "cICP": [9, 16, 0, 1],
      "tEXt": Array("Comment\0a gripper".utf8),
    ]
    let chunk = (name, try #require(contents[name]))
    let row: [UInt8] = [5, 10, 40, 100, 128, 200]
    #expect(try decode(2, 8, 2, row, [chunk]) == row)
    #expect(try decode(1, 16, 2, [5, 200, 10, 9, 40, 0], [chunk]) == [5, 10, 40])
    if name != "sBIT" {
      #expect(try decode(2, 8, 0, [7, 200], [chunk]) == gray([7, 200]))
    }
  }

  @Test("An interlaced image has the pixels of the same image in rows", arguments: [1, 3, 8, 13])
  func interlaced(side: Int) throws {
    func pixel(_ x: Int, _ y: Int) -> [UInt8] { [UInt8(x * 19), UInt8(y * 17), UInt8(x ^ y), 100] }
    let passes = [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
      (0, 1, 1, 2),
    ]  // x and y of the first pixel, and the steps; PNG Specification, section 8.2
    let rows = passes.flatMap { left, top, across, down in
      stride(from: top, to: side, by: down).map { y in
        stride(from: left, to: side, by: across).flatMap { pixel($0, y) }
      }
    }
    let data = PlainPNG.encode(
      width: side, height: side, depth: 8, colorType: 6, rows: rows.filter { !$0.isEmpty },
      isInterlaced: true)
    let expected = (0..<side).flatMap { y in (0..<side).flatMap { pixel($0, y).prefix(3) } }
    #expect(try RGBImage(pngData: data).pixels == expected)
  }
}
