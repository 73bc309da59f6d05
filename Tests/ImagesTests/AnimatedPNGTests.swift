import Foundation
import Images
import Testing

@Suite struct AnimatedPNGTests {
  @Test func `every frame's pixels are in the file, and other readers see the first`() throws {
    let colors = [RGBImage.Color(255, 0, 0), .init(0, 255, 0), .init(0, 0, 255)]
    let frames = colors.map { RGBImage(width: 20, height: 10, color: $0) }
    let data = RGBImage.animatedPNG(frames, framesPerSecond: 5)
    #expect(try RGBImage(pngData: data) == frames[0])

    // The oracle: each frame's data put back into a plain PNG file.
    let chunks = chunks(of: data)
    #expect(chunks.map(\.name).filter { $0 == "fcTL" }.count == 3)
    let sequence = chunks.filter { ["fcTL", "fdAT"].contains($0.name) }
      .map { $0.data.prefix(4).reduce(0) { $0 << 8 | Int($1) } }
    #expect(sequence == Array(0..<sequence.count))
    let others = chunks.filter { $0.name == "fdAT" }.map { $0.data.dropFirst(4) }
    for (frame, data) in zip(frames.dropFirst(), others) {
      let own = self.chunks(of: frame.pngData()).first { $0.name == "IDAT" }?.data
      #expect(own == Data(data))
    }
  }

  private func chunks(of file: Data) -> [(name: String, data: Data)] {
    var chunks: [(String, Data)] = []
    var position = 8
    while position < file.count {
      let length = file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      chunks.append(
        (
          String(decoding: file[position + 4..<position + 8], as: UTF8.self),
          Data(file[position + 8..<position + 8 + length])
        ))
      position += 12 + length
    }
    return chunks
  }
}
