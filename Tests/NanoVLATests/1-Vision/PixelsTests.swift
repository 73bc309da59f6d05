import Images
import NanoVLA
import Tabletop
import TestSupport
import Testing

@Suite struct PixelsTests {
  @Test("colours are shifted by the scene's mean and divided by its spread, in reading order")
  func values() {
    let image = RGBImage(width: 2, height: 1, pixels: [224, 208, 181, 255, 0, 131])
    let found = Pixels.tensor(of: [image, image])
    let expected: [Float] = [0, 0, 0, 0.62, -4.16, -1]
    #expect(found.shape == [2, 1, 2, 3])
    #expect(maximumDifference(found.values, expected + expected) < 1e-6)
  }

  @Test("images of two sizes stop with both")
  func unlike() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let small = RGBImage(width: 1, height: 2, pixels: Array(repeating: 0, count: 6))
      let large = RGBImage(width: 3, height: 2, pixels: Array(repeating: 0, count: 18))
      _ = Pixels.tensor(of: [small, large])
    }
    expectMessage(result, "3×2", "1×2")
  }
}
