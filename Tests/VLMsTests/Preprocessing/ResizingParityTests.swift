import Foundation
import Images
import Tabletop
import TestSupport
import Testing

@Suite struct ResizingParityTests {
  @Test(
    "resizing gives Pillow's bytes in every case of the reference", arguments: Fixture.of("resize"))
  func reference(_ fixture: Fixture) throws {
    let filters: [String: ResizeFilter] = [
      "bicubic": .bicubic, "bilinear": .bilinear, "lanczos": .lanczos,
    ]
    let names = try fixture.reference().names.filter { !$0.hasSuffix("_uint8") }
    #expect(names.count == 36)
    for name in names {  // such as a.bicubic.56x42
      let parts = name.split(separator: ".")
      let sides = parts[2].split(separator: "x").compactMap { Int($0) }
      let filter = try #require(filters[String(parts[1])])
      let image = try RGBImage(png: fixture.folder.appending(path: "\(parts[0]).png"))
      let resized = image.resized(width: sides[0], height: sides[1], filter: filter)
      let expected = try fixture.integers(name)
      let shape = try fixture.reference().shape(of: name)
      #expect(shape == [resized.height, resized.width, 3], "\(name)")
      let isExact = resized.pixels.map(Int.init) == expected
      #expect(isExact, "\(name)")
    }
  }

  /// Rows of 11 pixels, made by Pillow from (37·x mod 256, 255 − 20·x, 255 if x is even).
  @Test("the filters without a reference file also give Pillow's bytes", arguments: goldenRows)
  func golden(_ filter: ResizeFilter, _ expected: [UInt8]) {
    var row: [UInt8] = []
    for x in 0..<11 { row += [UInt8(37 * x % 256), UInt8(255 - 20 * x), x % 2 == 0 ? 255 : 0] }
    let wide = RGBImage(width: 11, height: 1, pixels: row)
    let width = expected.count / 3
    let resized = wide.resized(width: width, height: 1, filter: filter)
    #expect(resized.pixels == expected)
    let tall = RGBImage(width: 1, height: 11, pixels: row)
    let turned = tall.resized(width: 1, height: width, filter: filter)
    #expect(turned.pixels == expected)
  }

  @Test("resizing to the same size returns the image unchanged", arguments: ResizeFilter.allCases)
  func same(_ filter: ResizeFilter) {
    let picture = RGBImage(width: 3, height: 2, pixels: (0..<18).map { UInt8($0 * 13) })
    #expect(picture.resized(width: 3, height: 2, filter: filter) == picture)
  }

  @Test(
    "one pixel can be resized to any size, and any size to one pixel",
    arguments: ResizeFilter.allCases)
  func extremes(_ filter: ResizeFilter) {
    let dot = RGBImage(width: 1, height: 1, color: .init(3, 200, 90))
    let large = dot.resized(width: 70, height: 5, filter: filter)
    #expect(large == RGBImage(width: 70, height: 5, color: .init(3, 200, 90)))
    #expect(large.resized(width: 1, height: 1, filter: filter) == dot)
  }
}

/// A filter and the row that it makes.
private let goldenRows: [(ResizeFilter, [UInt8])] = [
  (.nearest, [37, 235, 0, 148, 175, 255, 222, 135, 255, 77, 75, 0]),
  (
    .nearest,
    [0, 255, 255, 74, 215, 255, 111, 195, 0, 185, 155, 0, 3, 115, 0, 40, 95, 255, 114, 55, 255]
  ),
  (
    .nearest,
    [
      0, 255, 255, 0, 255, 255, 37, 235, 0, 74, 215, 255, 74, 215, 255, 111, 195, 0, 148, 175, 255,
      148, 175, 255, 185, 155, 0, 222, 135, 255, 222, 135, 255, 3, 115, 0, 40, 95, 255, 40, 95, 255,
      77, 75, 0, 114, 55, 255, 114, 55, 255,
    ]
  ),
  (.box, [37, 235, 170, 148, 175, 85, 113, 125, 128, 77, 75, 170]),
  (
    .box,
    [
      19, 245, 128, 74, 215, 255, 130, 185, 128, 185, 155, 0, 113, 125, 128, 40, 95, 255, 96, 65,
      128,
    ]
  ),
  (
    .box,
    [
      0, 255, 255, 0, 255, 255, 37, 235, 0, 74, 215, 255, 74, 215, 255, 111, 195, 0, 148, 175, 255,
      148, 175, 255, 185, 155, 0, 222, 135, 255, 222, 135, 255, 3, 115, 0, 40, 95, 255, 40, 95, 255,
      77, 75, 0, 114, 55, 255, 114, 55, 255,
    ]
  ),
  (.hamming, [36, 236, 134, 134, 182, 127, 122, 128, 127, 78, 74, 134]),
  (
    .hamming,
    [
      12, 249, 172, 69, 218, 187, 127, 186, 113, 185, 155, 61, 99, 124, 113, 45, 92, 187, 102, 61,
      172,
    ]
  ),
  (
    .hamming,
    [
      0, 255, 255, 16, 246, 145, 38, 235, 4, 72, 216, 238, 85, 209, 178, 111, 195, 1, 144, 177, 225,
      155, 171, 205, 185, 155, 0, 215, 139, 205, 196, 133, 225, 4, 115, 1, 29, 101, 178, 42, 94,
      238, 76, 75, 4, 98, 64, 145, 114, 55, 255,
    ]
  ),
]
