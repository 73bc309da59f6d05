import Foundation
import Images
import NanoVLA
import Tensors

/// An environment that counts its steps and ends after 40 of them; two numbers an action, a motion and
/// a gripper.
struct ClockWorld: Environment {
  private var steps = 0
  static let length = 40
  static let space = ActionSpace(
    [
      .init("dx", unit: "meters per step", bounds: -1...1),
      .init("gripper", unit: "+1 closed, −1 open", bounds: -1...1),
    ], gripperConvention: .positiveClosed)

  var space: ActionSpace { Self.space }
  var instruction: String { "count" }
  var achievedOriginalTask: Bool { false }
  func copy() -> ClockWorld { self }
  mutating func reset(to seed: UInt64) { steps = 0 }
  func observation() -> Observation {
    Observation(
      RGBImage(width: 8, height: 8, color: .init(0, 0, 0)), proprioception: [Float(steps)])
  }
  mutating func step(_ action: RobotAction) -> Ending? {
    steps += 1
    return steps < Self.length ? nil : .failure("time ran out")
  }
  func heldOutSeeds(_ count: Int) -> [UInt64] { Array(0..<UInt64(count)) }
  func practiceSeed(using random: inout SeededRandom) -> UInt64 { 0 }
}

/// Gives the step that the observation was taken at: one number.
final class ClockBackbone: Backbone {
  static let kind = "clock"
  struct Configuration: Codable, Equatable {}
  let configuration = Configuration()
  static func make(
    _: Configuration, relativeTo: URL?, using _: inout SeededRandom
  ) throws -> ClockBackbone { ClockBackbone() }
  var imageSize: Int? { 8 }
  func stateWidth(usesProprioception: Bool) -> Int { 1 }
  func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    Tensor(observations.map { $0.proprioception![0] }, shape: [observations.count, 1])
  }
}

/// Predicts a chunk whose numbers tell when it was decided: action i of the chunk of step t.
final class ClockHead: ActionHead {
  static let kind = "clock"
  struct Configuration: Codable, Equatable {}
  let configuration = Configuration()
  let chunk: Int
  let dimensions = 2

  init(chunk: Int) { self.chunk = chunk }
  convenience init(
    _: Configuration, for place: HeadContext, using _: inout SeededRandom
  ) { self.init(chunk: place.chunk) }

  /// [dx, gripper]
  static func action(_ i: Int, decidedAt t: Int) -> [Float] {
    [Float(t) / 64 + Float(i) / 1024, (t + i) % 3 == 0 ? 1 : -1]
  }

  func loss(_: Tensor, _: ActionChunks, using _: inout SeededRandom) -> Tensor {
    Tensor([0], shape: [1])
  }
  func expectedInitialLoss(_: ActionChunks) -> Float { 0 }
  func actions(for state: Tensor, using _: inout SeededRandom) -> Tensor {
    Tensor(
      state.values.flatMap { t in
        (0..<chunk).flatMap { Self.action($0, decidedAt: Int(t)) }
      }, shape: [state.dim(0), chunk, 2])
  }
}

extension VLA {
  /// A policy that tells the time, whose robot units are its normalized ones.
  static func clock(chunk: Int) throws -> VLA {
    let ones: [Float] = [1, 1]
    let statistics = try ActionStatistics(
      action: DimensionStatistics(
        mean: [0, 0], std: ones, max: ones, min: [-1, -1], q01: [-1, -1], q99: ones),
      mask: ClockWorld.space.mask, transitions: 2, trajectories: 1)
    return try VLA(
      backbone: ClockBackbone(), space: ClockWorld.space, statistics: statistics,
      head: ClockHead(chunk: chunk), usesProprioception: false)
  }
}
