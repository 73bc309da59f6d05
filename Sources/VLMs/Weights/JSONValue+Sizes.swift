// What a config.json holds more often than plain numbers.

import Files
import NanoVLA

extension JSONValue {
  /// A number that divides `whole`, which stands under `key`.
  func divisor(of whole: Int, _ key: String, default: Int) throws -> Int {
    let value = try int(1...65_536, default: `default`)
    guard whole % value == 0 else { throw outOfRange("a divisor of \(key), \(whole)") }
    return value
  }

  func activation(default: String) throws -> Activation {
    let name = try string(default: `default`)
    guard let activation = Activation(named: name) else {
      throw unsupported(Activation.allCases.map(\.rawValue).sorted())
    }
    return activation
  }

  func epsilon(default: Double) throws -> Float { Float(try number(0...1, default: `default`)) }

  /// Refuses what only rare variants of a family set.
  func mustBe(_ wanted: Bool) throws {
    guard try bool(default: wanted) == wanted else { throw unsupported(["\(wanted)"]) }
  }
}
