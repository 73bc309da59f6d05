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
