import Diagnosis
import Files
import Foundation
import NanoVLA
import Tabletop

/// What a page asks for: one object of JSON, `{"do": "step"}`.
enum PlayRequest {
  /// A new layout: of a suite, by a seed.
  case reset(Suite, UInt64)
  /// A new layout of one of a simulator's tasks, by its number.
  case begin(String, UInt64)
  /// Another policy acts.
  case choose(String)
  case tell(String)
  case move(object: Int, x: Float, y: Float)
  /// The policy acts once.
  case step
  /// A person acts once: an action, in the policy's place.
  case drive([Float])
  /// Back to an earlier step, from which it goes on.
  case rewind(Int)
  case settings(PlaySettings)
  /// The episode, which has succeeded, becomes a demonstration.
  case keep
  /// A policy is cloned from the demonstrations that were kept.
  case clone
  /// The episode so far as an animated PNG.
  case film

  /// Reads a request to a robot whose actions are those of `space`.
  init(_ text: String, for space: ActionSpace = .tabletop) throws {
    let json = try JSONFile.parse(Data(text.utf8), name: "the page's request")
    func number(_ key: String) throws -> Float { Float(try json[key].number(-1e3...1e3)) }
    self =
      switch try json["do"].string() {
      case "reset":
        .reset(
          try json["suite"].choice(
            Dictionary(uniqueKeysWithValues: Suite.allCases.map { ($0.rawValue, $0) })),
          UInt64(try json["seed"].int(0...(1 << 52))))
      case "begin":
        .begin(try json["task"].string(), UInt64(try json["seed"].int(0...(1 << 40))))
      case "choose": .choose(try json["policy"].string())
      case "tell": .tell(String(try json["text"].string().prefix(ServingLimits.instructionBytes)))
      case "move":
        .move(object: try json["object"].int(0...63), x: try number("x"), y: try number("y"))
      case "step": .step
      case "drive":
        .drive(
          try space.clipped(
            RobotAction(
              try json["action"].array(count: space.count...space.count).map {
                Float(try $0.number(-1e6...1e6))
              })
          ).values)
      case "rewind": .rewind(try json["to"].int(0...1000))
      case "settings": .settings(try PlaySettings(json))
      case "keep": .keep
      case "clone": .clone
      case "film": .film
      case let other: throw RequestProblem("the page asks to \(oneLine(other)), which is unknown")
      }
  }
}

/// The page's switches.
struct PlaySettings {
  var isBlank = false
  /// Standard deviation of noise on each byte of the image, as a fraction of its range.
  var noise: Float = 0
  /// Actions of each chunk to execute; all if nil.
  var horizon: Int?
  var ensembles = false
  /// A fault of the bug museum that the policy gets.
  var fault: Fault?

  init() {}

  init(_ json: JSONValue) throws {
    isBlank = try json["blank"].bool(default: false)
    noise = Float(try json["noise"].number(0...1, default: 0))
    horizon = json["horizon"].exists ? try json["horizon"].int(1...64) : nil
    ensembles = try json["ensemble"].bool(default: false)
    let faults = Dictionary(uniqueKeysWithValues: Fault.ofPolicies.map { ($0.rawValue, $0) })
    fault = json["fault"].exists ? try json["fault"].choice(faults) : nil
  }
}
