import TestSupport
import Tensors
import Testing

@testable import Simulators

@Suite struct ConvolutionalStemTests {
  @Test("A stem's layers are convolutions of 3×3 windows at every second pixel")
  func stemIsAConvolution() {
    var random = SeededRandom(seed: 3)
    let stem = ConvolutionalStem(imageSize: 8, channels: 4, width: 8, using: &random)
    unsettle(stem)
    let images = uniform(2, 8, 8, 3)
    let (fine, tokens) = stem(images)
    var map = (0..<2).map { n in
      (0..<64).map { p in (0..<3).map { Double(images.values[(n * 64 + p) * 3 + $0]) } }
    }
    var maps: [[[[Double]]]] = []
    for layer in stem.layers {
      map = map.map { PlainConvolution.halved($0, layer) }
      maps.append(map)
    }
    let expectedFine = maps[1].flatMap { $0 }.flatMap {
      PlainConvolution.normalized($0, stem.fineNorm)
    }
    #expect(fine.shape == [2, 4, 4])
    #expect(maximumError(fine.values, expectedFine) < 1e-4)
    let places = stem.places.values.map(Double.init)
    let expectedTokens = maps[2].flatMap { image in
      zip(image.flatMap { PlainConvolution.normalized($0, stem.norm) }, places).map { $0 + $1 }
    }
    #expect(tokens.shape == [2, 1, 8])
    #expect(maximumError(tokens.values, expectedTokens) < 1e-4)
  }

  @Test("An object moved by four pixels moves by one place of the fine map")
  func stemIsEquivariant() {
    var random = SeededRandom(seed: 3)
    let stem = ConvolutionalStem(imageSize: 32, channels: 4, width: 8, using: &random)
    func fine(x: Int, y: Int) -> [[Float]] {
      var values = [Float](repeating: 0, count: 32 * 32 * 3)
      for i in 0..<2 { for j in 0..<2 { values[((y + i) * 32 + x + j) * 3] = 1 } }
      let map = stem(Tensor(values, shape: [1, 32, 32, 3])).fine.values
      return (0..<64).map { Array(map[$0 * 4..<$0 * 4 + 4]) }
    }
    let (here, there) = (fine(x: 12, y: 12), fine(x: 16, y: 12))
    for row in 1..<7 {
      for column in 1..<6 {
        #expect(maximumDifference(there[row * 8 + column + 1], here[row * 8 + column]) < 1e-5)
      }
    }
    #expect(here[3 * 8 + 3] != here[0])
  }
}
