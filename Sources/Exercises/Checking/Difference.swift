import Foundation

/// The first way in which answers differ from the expected ones: shapes before values.
public struct Difference: Equatable {
  /// One line each: what was expected, and what was found.
  public let expected, found: String
  /// How the found numbers are related to the expected ones: "each number is the expected one times
  /// 0.5"; empty if no simple relation is seen.
  public let relation: String

  /// Nil if all answers agree: shapes exactly, numbers within `tolerance` times the largest of the
  /// expected ones. NaN agrees with NaN alone.
  init?(_ found: [Answer], _ expected: [Answer], tolerance: Double) {
    for (f, e) in zip(found, expected) where f.shape != e.shape {
      self.expected = e.name + (e.shape.isEmpty ? ", " : " of ") + named(e.shape)
      self.found = named(f.shape)
      relation =
        f.shape.sorted() == e.shape.sorted()
        ? "the same axes in another order"
        : f.numbers.count == e.numbers.count ? "the same count of numbers in another shape" : ""
      return
    }
    for (f, e) in zip(found, expected) {
      let scale = e.numbers.filter(\.isFinite).map(abs).max() ?? 0
      let allowed = tolerance == 0 ? 0 : tolerance * max(scale, 0.1)
      let wrong = f.numbers.indices.filter { !agree(f.numbers[$0], e.numbers[$0], within: allowed) }
      guard let first = wrong.first else { continue }
      let place = e.shape.isEmpty ? "" : " \(index(first, in: e.shape))"
      let all = f.numbers.count
      let share =
        all == 1
        ? "" : "; \(wrong.count) of \(all) numbers \(wrong.count == 1 ? "differs" : "differ")"
      self.expected = "\(e.name)\(place) = \(number(e.numbers[first]))"
      self.found = number(f.numbers[first]) + share
      relation = Self.relation(of: f.numbers, to: e.numbers, within: max(allowed, 1e-9))
      return
    }
    return nil
  }

  private static func relation(of found: [Double], to expected: [Double], within allowed: Double)
    -> String
  {
    if found.contains(where: \.isNaN) {
      return "not a number (NaN): a division by 0, or a logarithm or root of a negative number?"
    }
    if found.contains(where: \.isInfinite), !expected.contains(where: \.isInfinite) {
      return "infinite: a division by 0, or an exponential that overflows?"
    }
    func all(_ transform: (Double) -> Double) -> Bool {
      zip(found, expected).allSatisfy { agree($0, transform($1), within: allowed) }
    }
    if all({ -$0 }) { return "the sign is reversed" }
    if found.allSatisfy({ $0 == 0 }) {
      return found.count > 1 ? "every number is 0: is the result used?" : "it is 0"
    }
    let bySize = expected.indices.max { abs(expected[$0]) < abs(expected[$1]) }
    guard found.count > 1, let big = bySize else { return "" }
    let (factor, offset) = (found[big] / expected[big], found[big] - expected[big])
    if all({ $0 * factor }) { return "each number is the expected one times \(number(factor))" }
    if all({ $0 + offset }) { return "each number is the expected one plus \(number(offset))" }
    let inOrder = zip(found.sorted(), expected.sorted())
    if inOrder.allSatisfy({ agree($0, $1, within: allowed) }) {
      return "the right numbers in another order"
    }
    return ""
  }
}

/// Whether `a` is `b`, up to `allowed`.
private func agree(_ a: Double, _ b: Double, within allowed: Double) -> Bool {
  a == b || abs(a - b) <= allowed || (a.isNaN && b.isNaN)
}

/// "shape [2, 3]", or "a single number, shape []".
private func named(_ shape: [Int]) -> String {
  shape.isEmpty ? "a single number, shape []" : "shape \(shape)"
}

/// The position of element `offset`, one index for each axis.
private func index(_ offset: Int, in shape: [Int]) -> [Int] {
  var rest = offset
  return shape.reversed().map { length in
    defer { rest /= length }
    return rest % length
  }.reversed()
}

/// A number with five significant digits.
func number(_ value: Double) -> String { String(format: "%.5g", value) }
