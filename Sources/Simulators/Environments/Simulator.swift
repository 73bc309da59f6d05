import Foundation
import Images
import NanoVLA

/// One simulator of one task in a process of its own.
final class Simulator {
  /// Where the robot and the objects are after a reset or a step.
  struct Situation: Equatable {
    /// The robot's own numbers, and those that only a simulator knows.
    var state, positions: [Float]
  }

  /// What a step did.
  struct Result: Decodable {
    let success, over: Bool
    let reason: String?
  }

  let task: String
  let facts: SimulatorFacts
  private let bridge: Bridge
  private let none: [String: String] = [:]

  private struct Request: Encodable {
    let environment, task: String
    let size: Int
    let rendering, instruction: String?
  }

  /// Starts a process and makes the simulator, which takes .5 to 10 seconds.
  /// - Throws: ``BridgeError``.
  init(_ task: String, _ settings: SimulatorSettings, script: URL? = nil) throws {
    self.task = task
    bridge = try Bridge(settings.python, script: script)
    let reply = try bridge.call(
      "make",
      Request(
        environment: settings.name.kind.rawValue, task: task, size: settings.imageSize,
        rendering: settings.rendering?.rawValue, instruction: settings.instruction),
      seconds: 300)
    do { facts = try reply.result.decoded() } catch {
      throw BridgeError.garbled(operation: "make", "\(error)")
    }
  }

  var isRunning: Bool { bridge.isRunning }
  var processIdentifier: Int32 { bridge.processIdentifier }

  func reset(to layout: UInt64) throws -> Situation {
    try situation(bridge.call("reset", ["seed": layout], seconds: 300).arrays, "reset")
  }

  /// One action → what it did and where things are now.
  func step(_ action: RobotAction) throws -> (Result, Situation) {
    let reply = try bridge.call("step", none, [BridgeArray("action", action.values)])
    guard let result = try? reply.result.decoded(Result.self) else {
      throw BridgeError.garbled(operation: "step", "no success, over and reason")
    }
    return (result, try situation(reply.arrays, "step"))
  }

  /// The camera's image.
  func image() throws -> RGBImage {
    guard let image = try bridge.call("observe").arrays.first(where: { $0.name == "image" })?.image
    else { throw BridgeError.garbled(operation: "observe", "no image") }
    return image
  }

  func expertAction() throws -> RobotAction {
    let arrays = try bridge.call("expert").arrays
    return RobotAction(try numbers("action", of: arrays, count: facts.space.count, "expert"))
  }

  private func situation(_ arrays: [BridgeArray], _ operation: String) throws -> Situation {
    Situation(
      state: try numbers("state", of: arrays, count: facts.stateNames.count, operation),
      positions: try numbers(
        "positions", of: arrays, count: facts.positionNames.count, operation))
  }

  /// Finite numbers, as many as the simulator promised.
  private func numbers(
    _ name: String, of arrays: [BridgeArray], count: Int, _ operation: String
  ) throws -> [Float] {
    guard let values = arrays.first(where: { $0.name == name })?.floats, values.count == count
    else { throw BridgeError.garbled(operation: operation, "\(name): not \(count) numbers") }
    guard values.allSatisfy(\.isFinite) else {
      throw BridgeError.failed(operation: operation, "\(name) \(values) are not finite")
    }
    return values
  }
}
