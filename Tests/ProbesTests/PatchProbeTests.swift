import Images
import NanoVLA
import Probes
import Tabletop
import Tensors
import Testing

@Suite struct PatchProbeTests {
  /// A black left or right half on white, in four shades of black.
  private let images = (0..<8).map { number in
    var image = RGBImage(width: 16, height: 16)
    for y in 0..<16 {
      for x in number % 2 * 8..<number % 2 * 8 + 8 {
        image[x, y] = RGBImage.Color(UInt8(10 * number), 0, 0)
      }
    }
    return image
  }
  private let targets = (0..<8).map { $0 % 2 }

  private func probe(hasPositions: Bool) -> PatchProbe {
    var random = SeededRandom(seed: 2)
    return PatchProbe(
      imageSize: 16, patchSize: 8, width: 8, classes: 2, hasPositions: hasPositions,
      using: &random)
  }

  @Test("an image becomes one vector, then one logit per class")
  func shapes() {
    let pixels = Pixels.tensor(of: images)
    let probe = probe(hasPositions: true)
    #expect(probe.pooled(pixels).shape == [8, 16])
    #expect(probe(pixels).shape == [8, 2])
  }

  @Test("the vector is the mean of the hidden tokens, as a plain loop computes it")
  func pooling() {
    let pixels = Pixels.tensor(of: images)
    let probe = probe(hasPositions: true)
    let hidden = probe.hidden(probe.embedding(pixels)).gelu()  // [8, 4, 16]
    let pooled = probe.pooled(pixels)
    for image in 0..<8 {
      for d in 0..<16 {
        let mean = (0..<4).reduce(Float(0)) { $0 + hidden.values[(image * 4 + $1) * 16 + d] } / 4
        #expect(abs(pooled.values[image * 16 + d] - mean) < 1e-5)
      }
    }
  }

  @Test("with positions it learns which half is black; without, both halves give the same vector")
  func positions() {
    let (placed, bag) = (probe(hasPositions: true), probe(hasPositions: false))
    var steps = 0
    for probe in [placed, bag] {
      probe.train(on: images, targets: targets, steps: 150, learningRate: 1e-2, seed: 1) { _ in
        steps += 1
      }
    }
    #expect(steps == 300)
    #expect(placed.accuracy(on: images, targets: targets) == 1)
    #expect(bag.embedding.positions.values.allSatisfy { $0 == 0 })
    // Both halves give the same vector, so no classifier on it can exceed chance.
    let mirrored = [images[0], images[0].mirrored]
    let pooled = bag.pooled(Pixels.tensor(of: mirrored)).values
    for d in 0..<16 { #expect(abs(pooled[d] - pooled[16 + d]) < 1e-5) }
  }
}

extension RGBImage {
  /// Left and right halves exchanged.
  fileprivate var mirrored: RGBImage {
    .filmStrip([
      cropped(x: width / 2, y: 0, width: width / 2, height: height),
      cropped(x: 0, y: 0, width: width / 2, height: height),
    ])
  }
}
