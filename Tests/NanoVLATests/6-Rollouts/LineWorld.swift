import Foundation
import Images
import NanoVLA
import Tensors

/// An environment that only these tests know: a robot on a line must stop at the origin.
///
/// The image is 8 × 8 pixels, all red on the left of the origin and all blue on its right. An action is
/// one number, the motion. Success is to be within 0.1 of the origin; time runs out after 12 steps.
struct LineWorld: ExpertEnvironment {
  private(set) var x: Float = 0
  private var steps = 0

  var space: ActionSpace { LineWorld.space }
  static let space = ActionSpace(
    [.init("dx", unit: "meters per step", bounds: -0.2...0.2)], gripperConvention: .positiveClosed)
  var instruction: String { "go home" }
  var achievedOriginalTask: Bool { abs(x) < 0.1 }

  func copy() -> LineWorld { self }

  mutating func reset(to seed: UInt64) {
    var random = SeededRandom(seed: seed)
    x = random.uniform(in: 0.3...0.9) * (random.uniform() < 0.5 ? -1 : 1)
    steps = 0
  }

  func observation() -> Observation {
    Observation(
      RGBImage(
        width: 8, height: 8, color: x < 0 ? .init(255, 0, 0) : .init(0, 0, 255)),
      proprioception: [x])
  }

  mutating func step(_ action: RobotAction) -> Ending? {
    x += min(max(action.values[0], -0.2), 0.2)
    steps += 1
    if abs(x) < 0.1 { return .success }
    return steps < 12 ? nil : .failure("did not come home")
  }

  func expertAction() -> RobotAction { RobotAction([min(max(-x, -0.15), 0.15)]) }

  func heldOutSeeds(_ count: Int) -> [UInt64] { (0..<count).map { 1000 + UInt64($0) } }
  func practiceSeed(using random: inout SeededRandom) -> UInt64 {
    5000 + UInt64(random.integer(below: 1000))
  }
}

/// Encodes the color of the first pixel: [1, 0] for red, [0, 1] for blue.
final class ColorBackbone: Backbone {
  static let kind = "color"
  struct Configuration: Codable, Equatable {}
  let configuration = Configuration()
  static func make(
    _: Configuration, relativeTo: URL?, using _: inout SeededRandom
  ) throws -> ColorBackbone { ColorBackbone() }
  var imageSize: Int? { 8 }
  func stateWidth(usesProprioception: Bool) -> Int { 2 }
  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    Tensor(
      observations.flatMap { $0.image[0, 0].red > 0 ? [1, 0] : [0, 1] as [Float] },
      shape: [observations.count, 2])
  }
}
