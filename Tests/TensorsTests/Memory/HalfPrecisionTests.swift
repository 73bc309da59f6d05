import Foundation
import Testing

@testable import Tensors

@Suite("Half precision") struct HalfPrecisionTests {
  @Test("All 65,536 float16 numbers have the value of the IEEE 754 formula, and convert back")
  func allFloat16() {
    var wrong: [UInt16] = []
    for bits in UInt16.min...UInt16.max {
      let number = Float(float16Bits: bits)
      let sign = bits >> 15 == 0 ? 1.0 : -1.0
      let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
      let isRight: Bool
      if exponent == 31 {
        isRight = fraction == 0 ? Double(number) == sign * .infinity : number.isNaN
      } else {
        let value =
          exponent == 0
          ? sign * fraction * 0x1p-24 : sign * (1024 + fraction) * pow(2, Double(exponent - 25))
        isRight = Double(number) == value && number.sign == (sign < 0 ? .minus : .plus)
      }
      if !isRight || number.float16Bits != bits { wrong.append(bits) }
    }
    #expect(wrong.isEmpty)
  }

  @Test("All 65,536 bfloat16 numbers are the upper halves of float32, and convert back")
  func allBFloat16() {
    let wrong = (UInt16.min...UInt16.max).filter {
      let number = Float(bfloat16Bits: $0)
      return number.bitPattern != UInt32($0) << 16 || number.bfloat16Bits != $0
    }
    #expect(wrong.isEmpty)
  }

  @Test("Rounding is to the nearest 16-bit number, and ties to the even one")
  func rounding() {
    var wrong: [UInt16] = []
    for lower in UInt16.min..<0x7C00 {
      let low = Float(float16Bits: lower)
      // The next number above the largest finite one would be 65,536.
      let high = lower == 0x7BFF ? 65536 : Float(float16Bits: lower + 1)
      let tie = low + (high - low) / 2  // exact: one more bit than float16 has
      let even = lower.isMultiple(of: 2) ? lower : lower + 1
      let results = [tie.nextDown, tie, tie.nextUp].map(\.float16Bits)
      let negative = [tie.nextDown, tie, tie.nextUp].map { (-$0).float16Bits & 0x7FFF }
      if results != [lower, even, lower + 1] || negative != results { wrong.append(lower) }
    }
    for lower in UInt16.min..<0x7F80 {
      let tie = Float(bitPattern: UInt32(lower) << 16 | 0x8000)
      let even = lower.isMultiple(of: 2) ? lower : lower + 1
      let results = [tie.nextDown, tie, tie.nextUp].map(\.bfloat16Bits)
      if results != [lower, even, lower + 1] { wrong.append(lower) }
    }
    #expect(wrong.isEmpty)
  }

  @Test("NaNs stay NaNs, even if no bit of their payload is kept")
  func nanPayloads() {
    for bits: UInt32 in [0x7F80_0001, 0xFF80_0001, 0x7FC0_0000, 0x7FFF_FFFF, 0xFFFF_FFFF] {
      let nan = Float(bitPattern: bits)
      #expect(Float(float16Bits: nan.float16Bits).isNaN)
      #expect(Float(bfloat16Bits: nan.bfloat16Bits).isNaN)
      #expect(Float(bfloat16Bits: nan.bfloat16Bits).sign == nan.sign)
    }
  }

  #if !(os(macOS) && arch(x86_64))
    @Test("A million random floats narrow as the compiler's own Float16 does")
    func againstFloat16() {
      var random = SeededRandom(seed: 3)
      var wrong: [UInt32] = []
      for _ in 0..<1_000_000 {
        let bits = UInt32(truncatingIfNeeded: random.next())
        for number in [Float(bitPattern: bits), random.normal() * 100] where !number.isNaN {
          if number.float16Bits != Float16(number).bitPattern { wrong.append(number.bitPattern) }
        }
      }
      #expect(wrong.isEmpty)
    }
  #endif
}
