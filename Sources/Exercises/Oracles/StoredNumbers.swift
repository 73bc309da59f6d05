import Tensors

/// Exercise 11: bfloat16 numbers of a safetensors file, against the definition of the format: sign,
/// exponent and fraction.
public enum StoredNumbers: Oracle {
  public typealias Function = (_ file: [UInt8], _ offsets: Range<Int>) -> [Float]
  public static let tolerance = 0.0

  public enum Mistake: String, CaseIterable {
    case fromTheFile =
      "the offsets are counted from the start of the file: they start after the header"
    case lengthFieldForgotten =
      "the 8 bytes of the header's length are not skipped: the data start at 8 + length"
    case oneByteLength =
      "only the first byte of the header's length is read: it has 8, lowest first"
    case offsetsInNumbers = "the offsets are taken as numbers of elements: they count bytes"
    case bigEndian = "the two bytes are in the wrong order: the low byte comes first"
    case float16 =
      "read as float16 (5 exponent bits): bfloat16 is the upper half of a float32, with 8"
    case lowerHalf = "the 16 bits are the lower half of the float32: shift them up by 16"
    case integer = "the bits are converted as an integer: they are the PATTERN of a float"
  }

  public struct Case: CustomStringConvertible {
    let file: [UInt8]
    let offsets: Range<Int>
    let headerLength: Int
    public var description: String {
      "a file of \(file.count) bytes with a header of \(headerLength), offsets "
        + "\(offsets.lowerBound)..<\(offsets.upperBound)"
    }
  }

  public static func cases(using random: inout SeededRandom) -> [Case] {
    // Ordinary numbers, then zeros, the smallest, the largest, and infinity.
    let special: [UInt16] = [0, 0x8000, 1, 0x8001, 0x7F, 0x80, 0x7F7F, 0xFF7F, 0x7F80, 0xFF80]
    func example(header: Int, before: Int, _ patterns: [UInt16], after: Int = 300) -> Case {
      let length = (0..<8).map { UInt8(truncatingIfNeeded: header >> (8 * $0)) }
      func ordinary(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { _ in bytes(UInt16(0x3C00 + random.integer(below: 0x500))) }
      }
      let text = (0..<header).map { _ in UInt8(32 + random.integer(below: 90)) }
      let start = 2 * before
      return Case(
        file: length + text + ordinary(before) + patterns.flatMap(bytes) + ordinary(after),
        offsets: start..<start + 2 * patterns.count, headerLength: header)
    }
    func patterns(_ count: Int) -> [UInt16] {
      (0..<count).map { _ in
        UInt16(0x3C00 + random.integer(below: 0x500)) | UInt16(random.integer(below: 2)) << 15
      }
    }
    return [
      example(header: 600, before: 9, patterns(6)), example(header: 64, before: 0, patterns(4)),
      example(header: 256, before: 3, patterns(1)), example(header: 1, before: 2, patterns(3)),
      example(header: 71_000, before: 5, patterns(5)), example(header: 40, before: 1, special),
      example(header: 8, before: 4, []), example(header: 16, before: 0, patterns(8), after: 0),
    ]
  }

  public static func answers(of function: Function, to c: Case) -> [Answer] {
    [Answer("the numbers", function(c.file, c.offsets))]
  }

  public static func answers(to c: Case, making mistakes: Set<Mistake>) -> [Answer] {
    let field = mistakes.contains(.oneByteLength) ? c.headerLength & 0xFF : c.headerLength
    var start = mistakes.contains(.lengthFieldForgotten) ? field : 8 + field
    if mistakes.contains(.fromTheFile) { start = 0 }
    let size = mistakes.contains(.offsetsInNumbers) ? 2 : 1
    let count = c.offsets.count / 2
    let numbers = (0..<count).map { i -> Double in
      let place = start + size * c.offsets.lowerBound + 2 * i
      guard place + 1 < c.file.count else { return .nan }
      let (low, high) = (Int(c.file[place]), Int(c.file[place + 1]))
      let bits = mistakes.contains(.bigEndian) ? low << 8 | high : high << 8 | low
      if mistakes.contains(.integer) { return Double(bits) }
      if mistakes.contains(.lowerHalf) { return Double(Float(bitPattern: UInt32(bits))) }
      return value(of: bits, fraction: mistakes.contains(.float16) ? 10 : 7)
    }
    return [Answer("the numbers", numbers, shape: [count])]
  }

  /// ±2^(exponent − bias) · 1.fraction, of 16 bits.
  private static func value(of bits: Int, fraction width: Int) -> Double {
    let exponentBits = 15 - width
    let (bias, top) = ((1 << (exponentBits - 1)) - 1, (1 << exponentBits) - 1)
    let exponent = bits >> width & top
    let fraction = Double(bits & ((1 << width) - 1)) / Double(1 << width)
    let sign: Double = bits >> 15 == 1 ? -1 : 1
    if exponent == top { return fraction == 0 ? sign * .infinity : .nan }
    if exponent == 0 { return sign * fraction * power(1 - bias) }
    return sign * (1 + fraction) * power(exponent - bias)
  }

  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }

  private static func bytes(_ bits: UInt16) -> [UInt8] { [UInt8(bits & 0xFF), UInt8(bits >> 8)] }
}
