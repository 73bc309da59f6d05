import Images
import Testing

@Suite struct ArrangingTests {
  /// Each pixel holds its own column and row.
  let image = RGBImage(
    width: 5, height: 4,
    pixels: (0..<20).flatMap { [UInt8($0 % 5), UInt8($0 / 5), 99] })

  @Test("A pixel is read and changed by column and row")
  func pixel() {
    #expect(image[3, 2] == .init(3, 2, 99))
    var changed = image
    changed[3, 2] = .init(7, 7, 7)
    #expect(changed[3, 2] == .init(7, 7, 7))
    #expect(image[3, 2] == .init(3, 2, 99))
  }

  @Test("Cropping keeps the pixels of the rectangle")
  func cropping() {
    let cut = image.cropped(x: 2, y: 1, width: 3, height: 2)
    #expect((cut.width, cut.height) == (3, 2))
    #expect(cut[0, 0] == .init(2, 1, 99))
    #expect(cut[2, 1] == .init(4, 2, 99))
  }

  @Test("A film strip is cut into the same frames again")
  func filmStrip() {
    let frames = (0..<3).map { RGBImage(width: 4, height: 4, color: .init(UInt8($0), 5, 6)) }
    let strip = RGBImage.filmStrip(frames)
    #expect((strip.width, strip.height) == (12, 4))
    #expect(strip[4, 3] == .init(1, 5, 6))
    #expect(strip.filmStripFrames(3) == frames)
    #expect(strip.filmStripFrames(5) == nil)
    #expect(strip.filmStripFrames(0) == nil)
  }

  @Test("A contact sheet puts rows of different lengths on white")
  func contactSheet() {
    let red = RGBImage(width: 2, height: 3, color: .init(200, 0, 0))
    let sheet = RGBImage.contactSheet(rows: [[red, red], [red]], padding: 1)
    #expect((sheet.width, sheet.height) == (7, 9))
    #expect(sheet[0, 0] == .init(255, 255, 255))
    #expect(sheet[1, 1] == .init(200, 0, 0))
    #expect(sheet[4, 3] == .init(200, 0, 0))
    #expect(sheet[1, 5] == .init(200, 0, 0))
    #expect(sheet[4, 5] == .init(255, 255, 255))
  }

  @Test("Enlarging repeats each pixel")
  func enlarging() {
    let large = image.enlarged(by: 3)
    #expect((large.width, large.height) == (15, 12))
    #expect(large[11, 8] == image[3, 2])
  }

  @Test("Resizing an image of one color keeps the color", arguments: [(3, 9), (64, 2), (5, 4)])
  func resizingPlain(width: Int, height: Int) {
    let plain = RGBImage(width: 11, height: 6, color: .init(10, 100, 250))
    let resized = plain.resized(width: width, height: height)
    #expect(resized == RGBImage(width: width, height: height, color: .init(10, 100, 250)))
  }

  @Test("Halving weights neighbors 1, 3, 3, 1, the triangle filter's values")
  func halving() {
    let row: [UInt8] = [0, 0, 80, 160, 0, 0, 0, 0]
    let image = RGBImage(width: 8, height: 1, pixels: row.flatMap { [$0, $0, $0] })
    let half = image.resized(width: 4, height: 1)
    // Pixel 1 is centered between old 2 and 3: (1·0 + 3·80 + 3·160 + 1·0) / 8 = 90. Pixel 0 lacks its
    // left neighbor: (3·0 + 3·0 + 1·80) / 7; pixel 2: (1·160 + 0) / 8.
    #expect((0..<4).map { half[$0, 0].red } == [11, 90, 20, 0])
  }

  @Test("Doubling interpolates between pixel centers")
  func doubling() {
    let image = RGBImage(width: 2, height: 1, pixels: [0, 0, 0, 100, 100, 100])
    let double = image.resized(width: 4, height: 1)
    #expect((0..<4).map { double[$0, 0].red } == [0, 25, 75, 100])
  }
}
