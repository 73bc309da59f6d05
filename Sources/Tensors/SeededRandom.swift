import Foundation

/// Random numbers that a seed fixes: the same seed gives the same stream on every machine.
///
/// SplitMix64: add a constant, then mix the bits so that neighbouring states look unrelated.
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014), fig. 17.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  /// Where the stream stands: `SeededRandom(seed: state)` goes on from here.
  public private(set) var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in [0, 1), a multiple of 2⁻²⁴, so that every value is an exact `Float`.
  public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A number in `range`, every part of it equally likely.
  public mutating func uniform(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number in 0 ..< `bound`.
  public mutating func integer(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A draw from the normal distribution with mean 0 and standard deviation 1 (Box–Muller).
  public mutating func normal() -> Float {
    let radius = (-2 * log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    return Float(radius * cos(2 * Double.pi * Double(next() >> 11) * 0x1p-53))
  }

  /// `items` in a random order (Fisher–Yates).
  public mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
    var items = items
    for last in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(last, integer(below: last + 1))
    }
    return items
  }
}
