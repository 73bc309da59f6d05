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
  static func small(positions: Int = 3, imageSize: Int = 16) -> PointingBackbone {
    var configuration = PointingConfiguration()
    (configuration.imageSize, configuration.channels) = (imageSize, 4)
    (configuration.width, configuration.heads, configuration.depth) = (8, 2, 1)
    (configuration.queries, configuration.maximumWords) = (2, 4)
    configuration.vocabulary = ["open", "a", "drawer", "window"]
    configuration.proprioception.center = [0.5, -1]
    configuration.proprioception.unit = [2, 0.1]
    configuration.positions.center = Array(repeating: 0.25, count: positions)
    configuration.positions.unit = Array(repeating: 0.5, count: positions)
    var random = SeededRandom(seed: 1)
    return PointingBackbone(configuration, using: &random)
  }

  @Test("A query points at the weighted mean of the places, and reads there")
  func pointsAtTheMean() throws {
    let backbone = Self.small()
    unsettle(backbone)
    let images = uniform(2, 16, 16, 3)
    let found = backbone.perceive(
      images, try backbone.words(of: ["open a drawer", "open a window"]))
    let fine: [Double] = backbone.stem(images).fine.values.map { Double($0) }
    let features: [Double] = found.features.values.map { Double($0) }
    let (Q, D, c, F, row) = (2, 8, 4, 16, 8 + 2 + 4)
    var points: [Double] = []
    var reads: [Double] = []
    var read: [Float] = []
    for n in 0..<2 {
      var places: [[Double]] = []
      for p in 0..<F { places.append(Array(fine[(n * F + p) * c..<(n * F + p + 1) * c])) }
      let keys = places.map { PlainConvolution.linear($0, backbone.key) }
      let values = places.map { PlainConvolution.linear($0, backbone.value) }
      for i in 0..<Q {
        let first = (n * Q + i) * row
        let query = PlainConvolution.linear(Array(features[first..<first + D]), backbone.query)
        let weights = PlainConvolution.softmax(keys.map { PlainConvolution.dot(query, $0) })
        let x = (0..<F).map { -0.75 + 0.5 * Double($0 % 4) }
        let y = (0..<F).map { -0.75 + 0.5 * Double($0 / 4) }
        points += [PlainConvolution.dot(weights, x), PlainConvolution.dot(weights, y)]
        for channel in 0..<c {
          reads.append(PlainConvolution.dot(weights, values.map { $0[channel] }))
        }
        read += found.features.values[first + D + 2..<first + row]
      }
    }
    #expect(maximumError(found.points.values, points) < 1e-4)
    #expect(maximumError(read, reads) < 1e-4)
  }

  @Test("Words, stem, queries, points and positions have the gradients of finite differences")
  func gradients() {
    let backbone = Self.small(imageSize: 8)
    unsettle(backbone)
    let images = uniform(2, 8, 8, 3)
    let inside = ["language.", "fusion.blocks.", "fusion.readText.", "wordEmbedding.positions"]
    let own = backbone.namedParameters.filter { named in
      !inside.contains { named.name.hasPrefix($0) }
    }
    expectGradients(own, tolerance: 4e-3) {
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
    #expect(maximumDifference(Array(together[..<S]), Array(together[2 * S..<3 * S])) < 1e-5)
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
