import Tensors

/// Exercise 4: from the classes of an action tokenizer to robot units, against the two formulas of
/// OpenVLA.
///
/// - Letters: A action dimensions, B bins, whose B edges have B − 1 centers.
public enum RobotUnits: Oracle {
  public typealias Function = (
    _ classes: [Int], _ bins: Int, _ q01: [Float], _ q99: [Float], _ mask: [Bool]
  ) -> [Float]
  public static let tolerance = 2e-5

  public enum Mistake: String, CaseIterable {
    case oneBinLow = "off by one: each class means the center of the bin below"
    case oneBinHigh = "off by one: each class means the center of the bin above"
    case lowerEdge = "a class means the CENTER of its bin, not its lower edge"
    case asManyCentersAsBins =
      "the bins are 2/B wide: B edges from −1 to +1 leave B − 1 bins of width 2/(B − 1)"
    case lastClassBeyond =
      "the last class, for x = 1, has no bin above it: it shares the center of the last bin"
    case gripperUnNormalized =
      "the gripper is un-normalized: where mask is false a number is in robot units already"
    case gripperFlipped = "the sign of the gripper is flipped: it opens where it should close"
    case fromTheTop = "the classes are read from the top: class 0 is the SMALLEST number"
    case onlyGripper = "the mask is inverted: true means normalized"
    case notUnNormalized =
      "the numbers are still normalized: they are never converted to robot units"
    case fromZeroToOne = "un-normalized as if it were in 0…1: x = −1 must become q01 and x = 1 q99"
    case withoutHalf = "the factor ½ is missing: −1…1 is 2 wide"
    case reversedQuantiles = "q01 and q99 trade places: −1 becomes q99"
    case asMeanAndDeviation =
      "un-normalized as x · q99 + q01: these are quantiles, not mean and std"
  }

  public struct Case: CustomStringConvertible {
    let (bins, classes): (Int, [Int])
    let q01, q99: [Float]
    let mask: [Bool]
    public var description: String {
      "classes \(classes), bins \(bins), mask \(mask.map { $0 ? 1 : 0 })"
    }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    func example(_ bins: Int, _ classes: [Int], _ mask: [Bool]) -> Case {
      let q01 = classes.map { _ in random.uniform(in: -2...0.5) }
      return Case(
        bins: bins, classes: classes, q01: q01,
        q99: q01.map { $0 + random.uniform(in: 0.1...3) }, mask: mask)
    }
    let arm = Array(repeating: true, count: 6) + [false]
    return [
      example(8, [1, 3, 6, 2, 5, 4, 5], arm), example(32, [0, 31, 30, 15, 16, 1, 31], arm),
      example(256, [0, 255, 254, 127, 128, 64, 0], arm), example(2, [0, 1], [true, false]),
      example(3, [0, 1, 2], [true, true, true]), example(5, [4], [true]),
      example(16, [3, 15, 0], [false, false, false]),
      example(11, (0..<11).map { $0 }, (0..<11).map { $0 % 3 != 1 }),
    ]
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    [Answer("the action", function(c.classes, c.bins, c.q01, c.q99, c.mask))]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let action = c.classes.indices.map { a -> Double in
      let x = value(of: c.classes[a], bins: c.bins, mistakes)
      let isNormalized = c.mask[a] != mistakes.contains(.onlyGripper)
      guard isNormalized || mistakes.contains(.gripperUnNormalized),
        !mistakes.contains(.notUnNormalized)
      else { return mistakes.contains(.gripperFlipped) && !c.mask[a] ? -x : x }
      var (low, high) = (Double(c.q01[a]), Double(c.q99[a]))
      if mistakes.contains(.reversedQuantiles) { (low, high) = (high, low) }
      if mistakes.contains(.fromZeroToOne) { return x * (high - low) + low }
      if mistakes.contains(.withoutHalf) { return (x + 1) * (high - low) + low }
      if mistakes.contains(.asMeanAndDeviation) { return x * high + low }
      return low + (x + 1) / 2 * (high - low)
    }
    return [Answer("the action", action, shape: [action.count])]
  }

  /// What a class stands for, in −1…1.
  private static func value(of chosen: Int, bins: Int, _ mistakes: Set<Mistake>) -> Double {
    let given = mistakes.contains(.fromTheTop) ? bins - 1 - chosen : chosen
    var bin = mistakes.contains(.lastClassBeyond) ? given : min(given, bins - 2)
    if mistakes.contains(.oneBinLow) { bin -= 1 }
    if mistakes.contains(.oneBinHigh) { bin += 1 }
    let half = mistakes.contains(.lowerEdge) ? 0 : 0.5
    if mistakes.contains(.asManyCentersAsBins) {
      return -1 + 2 * (Double(given) + half) / Double(bins)
    }
    return -1 + 2 * (Double(bin) + half) / Double(bins - 1)
  }
}
