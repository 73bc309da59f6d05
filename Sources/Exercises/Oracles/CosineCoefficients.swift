import Foundation
import Tensors

/// Exercise 13: the quantized coefficients of the discrete cosine transform, against its formula.
///
/// - Letters: T numbers, and as many frequencies k.
public enum CosineCoefficients: Oracle {
  public typealias Function = (_ x: [Float], _ scale: Float) -> [Int]
  public static let tolerance = 0.0

  public enum Mistake: String, CaseIterable {
    case notNormalized = "the factor √(2/T) is missing: the transform must keep lengths"
    case constantTooLarge = "the coefficient of k = 0 is too large by √2: its factor is √(1/T)"
    case constantAlsoSmall = "every coefficient is divided by √2: only that of k = 0 is"
    case noHalfStep = "the cosine is taken at t instead of t + ½, so the waves are not orthogonal"
    case fullPeriods = "the angle is 2πk(t + ½)/T: wave k has k HALF periods, πk(t + ½)/T"
    case sine = "sines instead of cosines"
    case inverse = "that is the inverse: the sum runs over the steps t, not over the frequencies"
    case truncated = "the coefficients are truncated toward 0: round to the nearest"
    case floored = "the coefficients are rounded down: round to the nearest"
    case notScaled = "the coefficients are not multiplied by the scale"
    case scaledAfterRounding = "rounded before the scale: the decimals are gone by then"
    case reversed = "the highest frequency comes first: k = 0 is the first"
  }

  public struct Case: CustomStringConvertible {
    let x: [Float]
    let scale: Float
    public var description: String { "x [\(x.count)], scale \(number(Double(scale)))" }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    // A coefficient in the middle between two integers may be rounded to either one: draw again.
    func example(_ count: Int, _ scale: Float, _ x: (Int) -> Float) -> Case {
      while true {
        let c = Case(x: (0..<count).map { x($0) + 0.05 * random.normal() }, scale: scale)
        let exact = coefficients(of: c, making: [])
        if exact.allSatisfy({ abs(abs($0 - $0.rounded(.down)) - 0.5) > 0.01 }) { return c }
      }
    }
    return [
      example(8, 10) { _ in random.uniform(in: -1...1) }, example(8, 100) { 0.1 * Float($0) },
      example(4, 50) { _ in random.uniform(in: -1...1) }, example(1, 10) { _ in 0.7 },
      example(2, 25) { _ in random.uniform(in: -1...1) }, example(16, 10) { $0 % 2 == 0 ? 1 : -1 },
      example(5, 3) { _ in random.uniform(in: -1...1) }, example(7, 1) { _ in 2 },
    ]
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    let result = function(c.x, c.scale)
    return [Answer("the coefficients", result.map(Double.init), shape: [result.count])]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    var result = coefficients(of: c, making: mistakes).map { value in
      if mistakes.contains(.scaledAfterRounding) {
        return (value / Double(c.scale)).rounded() * Double(c.scale)
      }
      if mistakes.contains(.truncated) { return value.rounded(.towardZero) }
      return value.rounded(mistakes.contains(.floored) ? .down : .toNearestOrAwayFromZero)
    }
    if mistakes.contains(.reversed) { result.reverse() }
    return [Answer("the coefficients", result, shape: [result.count])]
  }

  /// Before rounding.
  private static func coefficients(of c: Case, making mistakes: Set<Mistake>) -> [Double] {
    let T = Double(c.x.count)
    func wave(_ k: Int, _ t: Int) -> Double {
      let angle =
        Double.pi * Double(k) * (Double(t) + (mistakes.contains(.noHalfStep) ? 0 : 0.5)) / T
        * (mistakes.contains(.fullPeriods) ? 2 : 1)
      let height = mistakes.contains(.notNormalized) ? 1 : (2 / T).squareRoot()
      let isSmaller =
        mistakes.contains(.constantAlsoSmall) || (k == 0 && !mistakes.contains(.constantTooLarge))
      return (mistakes.contains(.sine) ? sin(angle) : cos(angle)) * height
        / (isSmaller ? 2.0.squareRoot() : 1)
    }
    return c.x.indices.map { k in
      let sum = c.x.indices.reduce(0.0) {
        $0 + (mistakes.contains(.inverse) ? wave($1, k) : wave(k, $1)) * Double(c.x[$1])
      }
      return sum * (mistakes.contains(.notScaled) ? 1 : Double(c.scale))
    }
  }
}
