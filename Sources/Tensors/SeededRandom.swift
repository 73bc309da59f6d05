#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reproducible random numbers: the same seed gives the same stream on every machine.
///
/// SplitMix64: add a constant to the state, then mix its bits so that neighboring states give
/// unrelated outputs.
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014), fig. 17.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  /// The position in the stream: `SeededRandom(seed: state)` continues from here.
  public private(set) var state: UInt64

  /// The stream of `seed`.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A draw from the uniform distribution over [0, 1): a multiple of 2⁻²⁴, which is an exact
  /// `Float`.
  public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A draw from the uniform distribution over `range`.
  public mutating func uniform(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// An integer in 0 ..< `bound`, each equally likely.
  /// Source: Lemire, "Fast Random Integer Generation in an Interval" (2019), §3, without the
  /// rejection step: the probabilities differ by at most `bound` · 2⁻⁶⁴.
  public mutating func integer(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A draw from the normal distribution with mean 0 and standard deviation 1. Its last bit depends
  /// on the logarithm and the cosine of the C library.
  /// Source: Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958).
  public mutating func normal() -> Float {
    let radius = (-2 * log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    return Float(radius * cos(2 * Double.pi * Double(next() >> 11) * 0x1p-53))
  }

  /// `items` in a random order, each order equally likely (Fisher–Yates).
  public mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
    var items = items
    for last in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(last, integer(below: last + 1))
    }
    return items
  }

  /// 0 ..< `count` in a random order, in batches of about `size`, whose lengths differ by at most 1.
  public mutating func batches(of size: Int, from count: Int) -> [[Int]] {
    let order = shuffled(Array(0..<count))
    let batches = max(1, (count + size / 2) / size)
    return (0..<batches).map { batch in
      Array(order[batch * count / batches..<(batch + 1) * count / batches])
    }
  }
}
