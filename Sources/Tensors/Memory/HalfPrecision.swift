/// Conversion between `Float` and the half-precision formats of most published checkpoints.
///
/// float16 (IEEE 754 binary16) has 1 sign bit, 5 exponent bits and 10 fraction bits: 3 decimal
/// digits, at most 65,504. bfloat16 is the upper half of a float32, with 1, 8 and 7 bits: 2 decimal
/// digits, and the range of float32.
///
/// Swift's `Float16` does not exist on Intel Macs, so the conversion is written out. NaNs keep
/// their payload; narrowing rounds to the nearest value, ties to the even fraction.
/// Source: IEEE 754-2019, §3.4 and §4.3.1.
extension Float {
  /// The value of the float16 `bits`, which is exact.
  package init(float16Bits bits: UInt16) {
    // In the fields of a float32 the exponent is 127 − 15 = 112 too small. Multiplying by 2¹¹²
    // corrects it, and turns the subnormal numbers of float16 into normal ones.
    let magnitude = Float(bitPattern: UInt32(bits & 0x7FFF) << 13) * 0x1p112
    let special: UInt32 = bits & 0x7FFF >= 0x7C00 ? 0x7F80_0000 : 0  // infinity or NaN
    self.init(bitPattern: magnitude.bitPattern | special | UInt32(bits & 0x8000) << 16)
  }

  /// The value of the bfloat16 `bits`, which is exact.
  package init(bfloat16Bits bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }

  /// This value rounded to float16: infinity from 65,520 on, zero up to 2⁻²⁵.
  package var float16Bits: UInt16 {
    let magnitude = bitPattern & 0x7FFF_FFFF
    let sign = UInt16(truncatingIfNeeded: bitPattern >> 16) & 0x8000
    if magnitude > 0x7F80_0000 {
      return sign | Self.quietNaN(0x7C00, fraction: UInt16(magnitude >> 13 & 0x3FF), bit: 0x200)
    }
    if magnitude >= 0x4780_0000 { return sign | 0x7C00 }  // 65,536 and more
    if magnitude < 0x3880_0000 {
      // Below 2⁻¹⁴ float16 has a spacing of 2⁻²⁴, which is the spacing of float32 just above 0.5.
      // So adding 0.5 rounds, and the difference from the bits of 0.5 is the number of steps.
      let steps = (Float(bitPattern: magnitude) + 0.5).bitPattern - Float(0.5).bitPattern
      return sign | UInt16(steps)
    }
    let rebiased = magnitude - UInt32(127 - 15) << 23
    return sign | UInt16(Self.dropping(13, of: rebiased))  // a carry into the exponent is correct
  }

  /// This value rounded to bfloat16.
  package var bfloat16Bits: UInt16 {
    if isNaN {
      let upper = UInt16(bitPattern >> 16)
      return Self.quietNaN(upper & 0xFF80, fraction: upper & 0x7F, bit: 0x40)
    }
    return UInt16(Self.dropping(16, of: bitPattern))
  }

  /// `bits` without the lowest `count`, rounded to the nearest, ties to even.
  private static func dropping(_ count: UInt32, of bits: UInt32) -> UInt32 {
    let justBelowHalf = (UInt32(1) << (count - 1)) - 1
    return (bits + justBelowHalf + (bits >> count & 1)) >> count
  }

  /// A NaN whose fraction becomes 0 would read as infinity; it gets the quiet bit instead.
  private static func quietNaN(_ exponent: UInt16, fraction: UInt16, bit: UInt16) -> UInt16 {
    exponent | (fraction == 0 ? bit : fraction)
  }
}
