import Images
import Testing

@testable import Simulators

/// Expected pixels are those of TensorFlow 2.21: `tf.image.crop_and_resize` with OpenVLA's box, between
/// two calls of `tf.image.convert_image_dtype`.
@Suite struct CenterCropTests {
  private func image(_ width: Int, _ height: Int) -> RGBImage {
    var pixels: [UInt8] = []
    for i in 0..<width * height * 3 {
      let bumps = (i * i) % 251 * 13
      pixels.append(UInt8((i * 7919 + bumps) % 256))
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  @Test(
    "small images have TensorFlow's pixels",
    arguments: [
      (2, 2, [4, 243, 27, 66, 142, 231, 107, 14, 178, 129, 104, 111]),
      (1, 3, [3, 246, 29, 66, 140, 240, 107, 12, 187]),
      (
        5, 4,
        [
          14, 226, 52, 72, 129, 224, 106, 12, 186, 124, 104, 104, 135, 176, 24, 112, 54, 191, 125,
          84,
          72, 68, 94, 211, 43, 144, 37, 172, 180, 125, 112, 126, 227, 41, 115, 215, 174, 85, 24, 50,
          35,
          40, 135, 190, 45, 196, 124, 58, 27, 228, 234, 69, 100, 218, 70, 9, 144, 70, 73, 49,
        ]
      ),
    ] as [(Int, Int, [UInt8])])
  func small(width: Int, height: Int, expected: [UInt8]) {
    #expect(image(width, height).centerCropped(toArea: 0.9).pixels == expected)
  }

  @Test(
    "large images have the FNV-1a hash of TensorFlow's pixels",
    arguments: [
      (224, 224, 0.9, 0x33bf_4262_dc08_d55b), (64, 48, 0.5, 0xd87f_696f_64c2_1dc0),
      (96, 96, 1, 0x04346a8ab0950a77),
    ] as [(Int, Int, Float, UInt64)])
  func large(width: Int, height: Int, area: Float, hash: UInt64) {
    var found: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in image(width, height).centerCropped(toArea: area).pixels {
      found = (found ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    #expect(found == hash)
  }

  @Test("nothing but the middle is shown") func middle() {
    var pixels = [UInt8](repeating: 200, count: 40 * 40 * 3)
    for i in 0..<40 {
      for (x, y) in [(i, 0), (i, 39), (0, i), (39, i)] { pixels[(y * 40 + x) * 3] = 0 }
    }
    let cropped = RGBImage(width: 40, height: 40, pixels: pixels).centerCropped(toArea: 0.9)
    #expect(cropped.pixels == [UInt8](repeating: 200, count: 40 * 40 * 3))
  }
}
