import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct PatchEmbeddingTests {
  private func embedding() -> PatchEmbedding {
    var random = SeededRandom(seed: 3)
    return PatchEmbedding(imageSize: 8, patchSize: 4, width: 4, using: &random)
  }

  @Test("each patch holds its pixels row by row, as a plain loop copies them")
  func patches() {
    let image = uniform(2, 8, 8, 3)
    let patches = embedding().patches(of: image)
    var expected: [Float] = []
    for b in 0..<2 {
      for top in [0, 4] {
        for left in [0, 4] {
          for y in top..<top + 4 {
            for x in left..<left + 4 {
              for colour in 0..<3 { expected.append(image[b, y, x, colour]) }
            }
          }
        }
      }
    }
    #expect(patches.shape == [2, 4, 48])
    #expect(patches.values == expected)
  }

  @Test("a word is its patch times the weights, plus bias and the place's vector")
  func words() {
    let embedding = embedding()
    unsettle(embedding)
    let image = uniform(2, 8, 8, 3)
    let (patches, found) = (embedding.patches(of: image), embedding(image))
    var expected: [Float] = []
    for b in 0..<2 {
      for p in 0..<4 {
        for d in 0..<4 {
          let products = (0..<48).map {
            Double(patches[b, p, $0]) * Double(embedding.projection.weight[d, $0])
          }
          let bias = Double(embedding.projection.bias?.values[d] ?? .nan)
          let sum = products.reduce(0, +) + bias + Double(embedding.positions[p, d])
          expected.append(Float(sum))
        }
      }
    }
    #expect(found.shape == [2, 4, 4])
    #expect(maximumDifference(found.values, expected) < 1e-5)
  }

  @Test("the gradient of every parameter is that of finite differences")
  func gradient() {
    let embedding = embedding()
    let image = uniform(2, 8, 8, 3)
    expectGradients(embedding.namedParameters) { embedding(image) }
  }

  @Test("positions are learned too, and its parameters are torch's")
  func parameters() {
    #expect(
      embedding().namedParameters.map(\.name)
        == ["projection.weight", "projection.bias", "positions"])
    #expect(embedding().parameterCount == 48 * 4 + 4 + 4 * 4)
  }

  @Test("an image of another size stops with both shapes")
  func wrongSize() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 3)
      let embedding = PatchEmbedding(imageSize: 8, patchSize: 4, width: 4, using: &random)
      _ = embedding(.zeros([2, 8, 12, 3]))
    }
    expectMessage(result, "[2, 8, 12, 3]", "[B, 8, 8, 3]")
  }

  @Test("an image without its batch axis stops with both shapes")
  func noBatch() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 3)
      let embedding = PatchEmbedding(imageSize: 8, patchSize: 4, width: 4, using: &random)
      _ = embedding(.zeros([8, 8, 3]))
    }
    expectMessage(result, "[8, 8, 3]", "[B, 8, 8, 3]")
  }

  @Test("squares that do not divide the image stop with both sizes")
  func indivisible() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 3)
      _ = PatchEmbedding(imageSize: 8, patchSize: 3, width: 4, using: &random)
    }
    expectMessage(result, "8 pixels", "squares of 3")
  }
}
