import Files
import Foundation
import Images
import NanoVLA
import Simulators
import Tensors

@testable import Serving

/// A backbone for tests that sees colors and knows two words: its state is the way from the hand to the disc
/// of the color that the instruction names, in largest steps.
final class DiscBackbone: Module, Backbone {
  static let kind = "discs"
  struct Configuration: Codable, Equatable, Sendable {}
  let configuration = Configuration()
  let imageSize: Int? = 32
  let proprioceptionCount = 2

  static func make(
    _: Configuration, relativeTo _: URL?, using _: inout SeededRandom
  ) throws -> DiscBackbone { DiscBackbone() }

  func stateWidth(usesProprioception: Bool) -> Int { 2 }

  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    let ways = try zip(observations, instructions).map { observation, instruction in
      let words = instruction.split(separator: " ")
      guard let color = ["red", "blue"].first(where: { words.contains(Substring($0)) }) else {
        throw InstructionError.unknownWord("\(words.last ?? "")", near: ["red", "blue"])
      }
      return zip(disc(of: color, in: observation.image), observation.proprioception!)
        .map { ($0 - $1) / 0.1 }
    }
    return Tensor(ways.flatMap { $0 }, shape: [observations.count, 2])
  }

  /// The mean place of the pixels of a color; the middle if there are none.
  private func disc(of color: String, in image: RGBImage) -> [Float] {
    var places: [(Int, Int)] = []
    for y in 0..<image.height {
      for x in 0..<image.width {
        let pixel = image[x, y]
        if pixel.red > 200 && pixel.blue < 100 && color == "red"
          || pixel.blue > 200 && pixel.red < 100 && color == "blue"
        {
          places.append((x, y))
        }
      }
    }
    guard !places.isEmpty else { return [0.5, 0.5] }
    let count = Float(places.count * image.width)
    return [
      places.reduce(0) { $0 + Float($1.0) + 0.5 } / count,
      places.reduce(0) { $0 + Float($1.1) + 0.5 } / count,
    ]
  }
}

/// A head that goes the way of its state in steps of at most 1.
final class WalkingHead: ActionHead {
  static let kind = "walking"
  struct Configuration: Codable, Equatable, Sendable {}
  let configuration = Configuration()
  let chunk: Int
  let dimensions = 2

  init(_: Configuration, for place: HeadContext, using _: inout SeededRandom) {
    chunk = place.chunk
  }

  func loss(_ state: Tensor, _: ActionChunks, using _: inout SeededRandom) -> Tensor {
    (state * 0).mean()
  }
  func expectedInitialLoss(_: ActionChunks) -> Float { 0 }

  func actions(for state: Tensor, using _: inout SeededRandom) -> Tensor {
    let values = state.values
    let actions = (0..<state.dim(0)).flatMap { n in
      var way = Array(values[2 * n..<2 * n + 2])
      return (0..<chunk).flatMap { _ in
        let step = way.map { min(max($0, -1), 1) }
        way = zip(way, step).map { $0 - $1 }
        return step
      }
    }
    return Tensor(actions, shape: [state.dim(0), chunk, 2])
  }
}

extension VLA {
  /// A policy of the bridge's toy that needs its image and its instruction, and succeeds with them.
  static func pointing(in environment: SimulatorEnvironment) throws -> VLA {
    var random = SeededRandom(seed: 0)
    return try VLA(
      backbone: DiscBackbone(), space: environment.space,
      statistics: .init(boundsOf: environment.space), head: .init(WalkingHead.self, .init()),
      chunk: 2, using: &random)
  }
}

/// Pages that play with the bridge's toy, a point that moves to the red or the blue disc.
enum ToyRoom {
  static let canRun = (try? Bridge()) != nil

  static func toy(_ name: String = "toy:red,blue", script: URL? = nil) throws
    -> SimulatorEnvironment
  {
    try SimulatorEnvironment(.init(.init(name), imageSize: 32, processes: 2), script: script)
  }

  static func room(in environment: SimulatorEnvironment) throws -> PlayRoom {
    try PlayRoom([("pointing", .pointing(in: environment))], in: environment)
  }
}
