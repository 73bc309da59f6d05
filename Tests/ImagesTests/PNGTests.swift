import Files
import Foundation
import Images
import Testing

@Suite final class PNGTests {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("PNGTests-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  @Test(
    "An image that is written and read has the same pixels", arguments: [(1, 1), (7, 3), (64, 64)])
  func roundTrip(width: Int, height: Int) throws {
    let image = RGBImage(
      width: width, height: height,
      pixels: (0..<3 * width * height).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 11) })
    let file = folder.appendingPathComponent("\(width).png")
    try image.writePNG(to: file)
    let read = try RGBImage(png: file)
    #expect(read == image)
    #expect(image.pngData() == image.pngData())
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(left == ["\(width).png"])
  }

  @Test("Incompressible pixels fit the write buffer")
  func noise() throws {
    var random = SystemRandomNumberGenerator()
    let pixels = (0..<3 * 200 * 150).map { _ in UInt8(truncatingIfNeeded: random.next() as UInt64) }
    let image = RGBImage(width: 200, height: 150, pixels: pixels)
    #expect(try RGBImage(pngData: image.pngData()) == image)
  }

  @Test("RGB, gray, palette, transparent and 16-bit files all become 8-bit RGB")
  func otherKinds() throws {
    func decode(
      _ depth: UInt8, _ type: UInt8, _ row: [UInt8], extra: [(String, [UInt8])] = []
    ) throws -> [UInt8] {
      let data = PlainPNG.encode(
        width: 2, height: 1, depth: depth, colorType: type, rows: [row], extra: extra)
      return try RGBImage(pngData: data).pixels
    }
    #expect(try decode(8, 2, [1, 2, 3, 250, 251, 252]) == [1, 2, 3, 250, 251, 252])
    #expect(try decode(8, 0, [7, 200]) == [7, 7, 7, 200, 200, 200])
    #expect(try decode(1, 0, [0b0100_0000]) == [0, 0, 0, 255, 255, 255])
    let palette: [UInt8] = [9, 8, 7, 60, 50, 40]
    #expect(try decode(8, 3, [1, 0], extra: [("PLTE", palette)]) == [60, 50, 40, 9, 8, 7])
    #expect(
      try decode(8, 6, [10, 20, 30, 255, 10, 20, 30, 0]) == [10, 20, 30, 255, 255, 255])
    #expect(try decode(8, 4, [10, 0, 90, 255]) == [255, 255, 255, 90, 90, 90])
    let wide: [UInt8] = [10, 10, 20, 20, 30, 30, 200, 200, 0, 0, 255, 255]
    #expect(try decode(16, 2, wide) == [10, 20, 30, 200, 0, 255])
  }

  @Test("Missing, empty, special and non-PNG files are different errors")
  func wrongFiles() throws {
    let missing = folder.appendingPathComponent("none.png")
    #expect(throws: PNGError.missing(missing.path)) { try RGBImage(png: missing) }
    #expect(throws: PNGError.notAFile(folder.path)) { try RGBImage(png: folder) }
    let device = URL(fileURLWithPath: "/dev/zero")
    #expect(throws: PNGError.notAFile("/dev/zero")) { try RGBImage(png: device) }
    #expect(throws: PNGError.empty("x")) { try RGBImage(pngData: Data(), name: "x") }
    let jpeg = Data([0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 0, count: 100))
    #expect(throws: PNGError.notPNG("x")) { try RGBImage(pngData: jpeg, name: "x") }
  }

  @Test("A file truncated anywhere is refused")
  func truncated() throws {
    let whole = RGBImage(width: 9, height: 9, color: .init(1, 2, 3)).pngData()
    for length in 1..<whole.count {
      #expect(throws: PNGError.truncated("x")) {
        try RGBImage(pngData: whole.prefix(length), name: "x")
      }
    }
  }

  @Test("A header that claims too many pixels is refused before memory is allocated")
  func falseHeaders() throws {
    func header(_ width: Int, _ height: Int) -> Data {
      PlainPNG.encode(width: width, height: height, depth: 8, colorType: 2, rows: [[1, 2, 3]])
    }
    let large = PNGError.imageTooLarge("x", width: 4_294_967_295, height: 4_294_967_295)
    #expect(throws: large) { try RGBImage(pngData: header(0xFFFF_FFFF, 0xFFFF_FFFF), name: "x") }
    let inconsistent = PNGError.inconsistentHeader(
      "x", width: 8000, height: 8000, bytes: header(1, 1).count)
    #expect(throws: inconsistent) { try RGBImage(pngData: header(8000, 8000), name: "x") }
    #expect(throws: PNGError.self) { try RGBImage(pngData: header(2, 2), name: "x") }
    #expect(throws: PNGError.self) { try RGBImage(pngData: header(0, 5), name: "x") }
  }

  @Test("A changed byte gives an image or a typed error, never a crash")
  func damaged() throws {
    let whole = RGBImage(width: 16, height: 16, color: .init(9, 8, 7)).enlarged(by: 2).pngData()
    for index in whole.indices {
      for change: UInt8 in [1, 0x80, 0xFF] {
        var data = whole
        data[index] ^= change
        do { _ = try RGBImage(pngData: data) } catch is PNGError {}
      }
    }
  }

  @Test("Writing below a regular file is a one-line error and leaves nothing behind")
  func unwritable() throws {
    let file = folder.appendingPathComponent("plain")
    try Data("x".utf8).write(to: file)
    let below = file.appendingPathComponent("a.png")
    let message = "cannot write \(below.path): not a directory"
    let image = RGBImage(width: 1, height: 1)
    let thrown = #expect(throws: FileWriteError.self) { try image.writePNG(to: below) }
    #expect(thrown?.description == message)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(left == ["plain"])
  }
}
