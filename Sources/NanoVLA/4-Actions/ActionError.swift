/// Actions that no robot should execute and no network learn: the value, the place, the remedy.
public enum ActionError: Error, Equatable, Sendable, CustomStringConvertible {
  case notFinite(String, dimension: Int, value: Float)
  case wrongDimensions(String, expected: Int, found: Int)
  case noData(String)
  case reversedQuantiles(String, dimension: Int, q01: Float, q99: Float)
  case badControlRate(Float)
  case otherSpace([String])

  public var description: String {
    switch self {
    case .notFinite(let what, let dimension, let value):
      "\(what): dimension \(dimension) is \(value); every number must be finite, check where it is computed"
    case .wrongDimensions(let what, let expected, let found):
      "\(what) has \(found) dimensions, \(expected) are expected; use data of the same robot"
    case .noData(let what):
      "\(what): there are none; give at least one"
    case .reversedQuantiles(let what, let dimension, let q01, let q99):
      "\(what): dimension \(dimension) has q01 \(q01) above q99 \(q99); compute the statistics again"
    case .badControlRate(let rate):
      "the control rate is \(rate) Hz, but must be positive; give the robot's actions per second"
    case .otherSpace(let differences):
      "this policy acts in another space than the robot: \(differences.joined(separator: ", "))"
    }
  }

  /// Refuses `values` that are not exactly `dimensions` finite numbers, before they reach a network
  /// or a motor; errors call them `what`, such as "proprioception".
  public static func check(
    _ values: [Float], _ what: String, dimensions: Int? = nil
  ) throws(ActionError) {
    if let dimensions, values.count != dimensions {
      throw .wrongDimensions(what, expected: dimensions, found: values.count)
    }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(what, dimension: bad, value: values[bad])
    }
  }
}
