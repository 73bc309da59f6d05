import Files
import NanoVLA

/// The kinds of values that are frequent in a config.json.
extension JSONValue {
  /// A divisor of `whole`, which is the value of `key`.
  func divisor(of whole: Int, _ key: String, default: Int) throws -> Int {
    let value = try int(1...65_536, default: `default`)
    guard whole % value == 0 else { throw outOfRange("a divisor of \(key), \(whole)") }
    return value
  }

  /// An activation by its name in transformers.
  func activation(default: String) throws -> Activation {
    let name = try string(default: `default`)
    guard let activation = Activation(named: name) else {
      throw unsupported(Activation.allCases.map(\.rawValue).sorted())
    }
    return activation
  }

  /// The ε of a norm.
  func epsilon(default: Double) throws -> Float { Float(try number(0...1, default: `default`)) }

  /// What this section describes, by its `model_type`.
  func part<Part>(
    _ parts: [String: (JSONValue) throws -> Part], default type: String
  ) throws -> Part {
    try self["model_type"].choice(parts, default: type)(self)
  }

  /// Refuses the other value, which only rare variants of a family have.
  func mustBe(_ wanted: Bool) throws {
    guard try bool(default: wanted) == wanted else { throw unsupported(["\(wanted)"]) }
  }
}
