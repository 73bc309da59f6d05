import Foundation
import Images
import NanoVLA
import Simulators
import Tensors
import TestSupport
import Testing

@testable import Simulators

@Suite struct PointingBackboneTests {
  /// A backbone of 16×16 pixels and few numbers, with two instructions and three positions.
  static func small(positions: Int = 3, seed: UInt64 = 1) -> PointingBackbone {
    var configuration = PointingConfiguration()
    (configuration.imageSize, configuration.channels) = (16, 4)
    (configuration.width, configuration.heads, configuration.depth) = (8, 2, 1)
    (configuration.queries, configuration.maximumWords) = (2, 4)
    configuration.vocabulary = ["open", "a", "drawer", "window"]
    configuration.proprioception.center = [0.5, -1]
    configuration.proprioception.unit = [2, 0.1]
    configuration.positions.center = Array(repeating: 0.25, count: positions)
    configuration.positions.unit = Array(repeating: 0.5, count: positions)
    var random = SeededRandom(seed: seed)
    return PointingBackbone(configuration, using: &random)
  }

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

  @Test("A query points at the weighted mean of the places, and reads there")
  func pointsAtTheMean() throws {
    let backbone = Self.small()
    unsettle(backbone)
    let images = uniform(2, 16, 16, 3)
    let found = backbone.perceive(
      images, try backbone.words(of: ["open a drawer", "open a window"]))
    let fine = backbone.stem(images).fine.values.map(Double.init)
    let (Q, D, c, F) = (2, 8, 4, 16)
    let features = found.features.values.map(Double.init)
    var (points, reads): ([Double], [Double]) = ([], [])
    for n in 0..<2 {
      let places = (0..<F).map { Array(fine[(n * F + $0) * c..<(n * F + $0 + 1) * c]) }
      for i in 0..<Q {
        let first = (n * Q + i) * (D + 2 + c)
        let q = PlainConvolution.linear(Array(features[first..<first + D]), backbone.query)
        let scores = places.map { place in
          zip(q, PlainConvolution.linear(place, backbone.key)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let exponentials = scores.map { exp($0 - scores.max()!) }
        let weights = exponentials.map { $0 / exponentials.reduce(0, +) }
        points.append(
          zip(weights, 0..<F).reduce(0) { $0 + $1.0 * (-0.75 + 0.5 * Double($1.1 % 4)) })
        points.append(
          zip(weights, 0..<F).reduce(0) { $0 + $1.0 * (-0.75 + 0.5 * Double($1.1 / 4)) })
        for channel in 0..<c {
          reads.append(
            zip(weights, places).reduce(0) {
              $0 + $1.0 * PlainConvolution.linear($1.1, backbone.value)[channel]
            })
        }
      }
    }
    #expect(maximumError(found.points.values, points) < 1e-4)
    let read = (0..<4).flatMap { i in
      Array(found.features.values[i * (D + 2 + c) + D + 2..<(i + 1) * (D + 2 + c)])
    }
    #expect(maximumError(read, reads) < 1e-4)
  }

  @Test("Every parameter has the gradient of finite differences, positions included")
  func gradients() {
    let backbone = Self.small()
    unsettle(backbone)
    let images = uniform(2, 16, 16, 3)
    expectGradients(backbone.namedParameters, tolerance: 4e-3) {
      let found = backbone.perceive(
        images, try! backbone.words(of: ["open a drawer", "open window"]))
      let state = backbone.state(found, proprioception: [[0.5, 1], [-1, 0]])
      return Tensor.concatenated([state, found.positions!], axis: 1)
    }
  }

  @Test("The state has the width it promises, and scaled proprioception at its end")
  func state() throws {
    for positions in [0, 3] {
      let backbone = Self.small(positions: positions)
      let observation = Observation(
        RGBImage(width: 16, height: 16, color: .init(10, 20, 30)), proprioception: [2.5, -0.9])
      for uses in [true, false] {
        let state = try backbone.state(
          of: [observation], instructions: ["open a drawer"], usesProprioception: uses)
        #expect(state.shape == [1, backbone.stateWidth(usesProprioception: uses)])
        if uses { #expect(maximumDifference(Array(state.values.suffix(2)), [1, 1]) < 1e-5) }
      }
    }
  }

  @Test("A batch gives each observation the state that it has alone; the text changes it")
  func batches() throws {
    let backbone = Self.small()
    func state(_ texts: [String]) throws -> [Float] {
      let images = texts.indices.map { _ in RGBImage(width: 16, height: 16, color: .init(9, 90, 9))
      }
      return try backbone.state(
        of: images.map { Observation($0) }, instructions: texts, usesProprioception: false
      ).values
    }
    let texts = ["open a drawer", "open window", "Open a drawer.", "window"]
    let together = try state(texts)
    #expect(maximumDifference(together, try texts.flatMap { try state([$0]) }) < 1e-5)
    let S = together.count / 4
    #expect(Array(together[..<S]) == Array(together[2 * S..<3 * S]))
    #expect(maximumDifference(Array(together[..<S]), Array(together[S..<2 * S])) > 1e-3)
    #expect(throws: InstructionError.self) { try state(["close a drawer"]) }
  }

  @Test("Sizes that no backbone can have are refused by name")
  func refusals() {
    func error(_ change: (inout PointingConfiguration) -> Void) -> String? {
      var configuration = Self.small().configuration
      change(&configuration)
      return configuration.validationError?.description
    }
    #expect(error { _ in } == nil)
    #expect(error { $0.imageSize = 20 }?.contains("imageSize") == true)
    #expect(error { $0.imageSize = 1 << 20 }?.contains("imageSize") == true)
    #expect(error { $0.channels = 5 }?.contains("channels") == true)
    #expect(error { $0.heads = 3 }?.contains("width") == true)
    #expect(error { $0.depth = 0 }?.contains("depth") == true)
    #expect(error { $0.vocabulary = [] }?.contains("vocabulary") == true)
    #expect(error { $0.positions.unit[1] = 0 }?.contains("positions") == true)
    #expect(error { $0.proprioception.unit = [1] }?.contains("proprioception") == true)
  }
}
