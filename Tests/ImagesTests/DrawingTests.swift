import Testing

@testable import Images

/// Text, lines, markers and captions in images.
@Suite struct DrawingTests {
  /// The image as text: "#" for a pixel that is not white.
  private func art(_ image: RGBImage) -> [String] {
    (0..<image.height).map { y in
      String((0..<image.width).map { image[$0, y] == .white ? " " : "#" })
    }
  }

  private func isBlank(_ image: RGBImage) -> Bool { art(image).allSatisfy { !$0.contains("#") } }

  @Test("a letter has the pixels of the font, at its place and scale")
  func letter() {
    var image = RGBImage(width: 8, height: 10)
    image.drawText("T", x: 2, y: 1, scale: 1)
    #expect(
      art(image) == [
        "        ", "  ##### ", "    #   ", "    #   ", "    #   ", "    #   ", "    #   ",
        "    #   ", "        ", "        ",
      ])
    var large = RGBImage(width: 16, height: 20)
    large.drawText("T", x: 4, y: 2, scale: 2)
    #expect(large == image.enlarged(by: 2))
  }

  @Test("each printable ASCII character has a shape of its own")
  func glyphs() {
    let characters = (33...126).map { Character(UnicodeScalar($0)!) }
    let shapes = Set(characters.map { BitmapFont.pixels(of: $0) })
    #expect(shapes.count == characters.count)
    #expect(shapes.allSatisfy { $0.contains(true) && $0.count == 45 })
    #expect(!BitmapFont.pixels(of: " ").contains(true))
    let unknown = BitmapFont.pixels(of: "語")
    #expect(unknown.contains(true) && !shapes.contains(unknown))
    for symbol in "×·±−–—“”’…→µ°≤≥Δ√²" {
      #expect(BitmapFont.pixels(of: symbol) != unknown, "\(symbol)")
    }
  }

  @Test("vertical text is horizontal text turned to the left")
  func vertical() {
    let size = RGBImage.textWidth("Fx7", scale: 1)
    #expect(size == 17)
    var flat = RGBImage(width: 20, height: 20)
    flat.drawText("Fx7", x: 0, y: 0, scale: 1)
    var tall = RGBImage(width: 20, height: 20)
    tall.drawText("Fx7", x: 0, y: 20, scale: 1, isVertical: true)
    for y in 0..<20 {
      for x in 0..<20 { #expect(tall[y, 19 - x] == flat[x, y]) }
    }
  }

  @Test("what lies outside of the image is left out")
  func clipping() {
    var image = RGBImage(width: 6, height: 6)
    image.drawText("HH", x: -30, y: -30)
    image.drawText("HH", x: 30, y: 30, isVertical: true)
    image.drawMarker(.circle, x: 40, y: 3, .black)
    image.fill(x: -5, y: -5, width: 4, height: 4, .black)
    #expect(isBlank(image))
    image.fill(x: -5, y: -5, width: 7, height: 6, .black)
    #expect(art(image) == ["##    ", "      ", "      ", "      ", "      ", "      "])
    image.drawLine(from: (-50, 5), to: (50, 5), .black)
    #expect(art(image)[5] == "######")
  }

  @Test("a dashed line has the lengths of its dashes, and its offset continues them")
  func dashes() {
    var image = RGBImage(width: 12, height: 2)
    image.drawLine(from: (0, 0), to: (11, 0), .black, dash: [3, 2])
    image.drawLine(from: (0, 1), to: (11, 1), .black, dash: [3, 2], offset: 2)
    #expect(art(image) == ["###  ###  ##", "#  ###  ###  ".prefix(12).description])
  }

  @Test("markers differ in shape and are centered")
  func markers() {
    let shapes = RGBImage.Marker.allCases.map { marker in
      var image = RGBImage(width: 11, height: 11)
      image.drawMarker(marker, x: 5, y: 5, .black)
      return art(image)
    }
    #expect(Set(shapes).count == 4)
    for shape in shapes {
      #expect(shape.allSatisfy { $0 == String($0.reversed()) })
      #expect(shape[5].contains("#") && !shape[0].contains("#") && !shape[10].contains("#"))
    }
  }

  @Test("the palette is that of Okabe and Ito")
  func palette() {
    let published: Set = [
      0x000000, 0xE69F00, 0x56B4E9, 0x009E73, 0xF0E442, 0x0072B2, 0xD55E00, 0xCC79A7,
    ]
    let colors = RGBImage.Color.okabeIto.map {
      Int($0.red) << 16 | Int($0.green) << 8 | Int($0.blue)
    }
    #expect(colors.count == 8 && Set(colors) == published)
  }

  @Test("a caption is below its image, which stays as it is")
  func caption() {
    let image = RGBImage(width: 60, height: 20, color: .blue)
    let short = image.captioned("Grasp")
    let long = image.captioned("Grasp the red cup")
    #expect(short.width == 72 && long.width == 72)
    #expect(short.cropped(x: 6, y: 6, width: 60, height: 20) == image)
    #expect(!isBlank(short.cropped(x: 6, y: 32, width: 60, height: 18)))
    #expect(long.height == short.height + 66)  // four lines of 22 pixels instead of one
  }

  @Test("each episode of a contact sheet has its caption above its frames")
  func episodes() {
    let frames = (0..<8).map { RGBImage(width: 10, height: 10, color: .init(UInt8($0), 0, 0)) }
    let sheet = RGBImage.contactSheet(
      episodes: [("one", frames), ("two", [frames[7]])], columns: 4, enlargedBy: 3)
    // Four of eight frames of 30 pixels, 4 pixels apart; a caption is one line of 22 pixels.
    #expect(sheet.width == 4 * 34 + 4)
    #expect(sheet.height == 2 * (22 + 4 + 30 + 4) + 4)
    #expect(!isBlank(sheet.cropped(x: 4, y: 4, width: 132, height: 22)))
    let row = (0..<4).map { sheet[4 + 34 * $0 + 15, 45].red }
    #expect(row == [0, 2, 4, 6])
    #expect(sheet[15, 105].red == 7)
  }

  @Test("an attention map keeps the brightness of the largest weight and darkens the others")
  func attentionMap() {
    let image = RGBImage(width: 4, height: 4, color: .init(200, 100, 40))
    let map = image.attentionMap([0, 1, 2, 4], enlargedBy: 2)
    #expect(map.width == 8 && map.height == 8)
    #expect(map[7, 7] == image[0, 0])
    #expect(map[0, 0] == RGBImage.Color(50, 25, 10))
    #expect(map[0, 7] == RGBImage.Color(125, 62, 25))  // 0.25 + 0.75 · 2/4
  }
}
