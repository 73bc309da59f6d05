/// Sixteen-bit numbers, in which most checkpoints are published, to `Float` and back.
///
/// float16 (IEEE 754 binary16): sign 1, exponent 5, fraction 10 bits: fine steps, at most 65,504.
/// bfloat16: the upper half of a float32: sign 1, exponent 8, fraction 7: coarse, but float's range.
///
/// Written out instead of Swift's `Float16`, because that type is absent on Intel Macs. Both ways
/// keep NaNs with their payload; narrowing rounds to the nearest, ties to the even fraction.
/// Source: IEEE 754-2019, sections 3.4 and 4.3.1.
extension Float {
  /// The number that the float16 `bits` stand for; always exact.
  package init(float16Bits bits: UInt16) {
    // Moved into a float's fields, the exponent is 127 − 15 = 112 too small. Multiplying by 2¹¹²
    // mends it, and turns float16's subnormal numbers into normal floats on the way.
    let magnitude = Float(bitPattern: UInt32(bits & 0x7FFF) << 13) * 0x1p112
    let special: UInt32 = bits & 0x7FFF >= 0x7C00 ? 0x7F80_0000 : 0  // infinity or NaN
    self.init(bitPattern: magnitude.bitPattern | special | UInt32(bits & 0x8000) << 16)
  }

  /// The number that the bfloat16 `bits` stand for; always exact.
  package init(bfloat16Bits bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }

  /// This number in float16: infinity from 65,520 on, zero up to 2⁻²⁵.
  package var float16Bits: UInt16 {
    let magnitude = bitPattern & 0x7FFF_FFFF
    let sign = UInt16(truncatingIfNeeded: bitPattern >> 16) & 0x8000
    if magnitude > 0x7F80_0000 {
      return sign | Self.quietNaN(0x7C00, fraction: UInt16(magnitude >> 13 & 0x3FF), bit: 0x200)
    }
    if magnitude >= 0x4780_0000 { return sign | 0x7C00 }  // 65,536 and more
    if magnitude < 0x3880_0000 {
      // Below 2⁻¹⁴ float16 counts in steps of 2⁻²⁴, which is a float's own step just above 0.5:
      // the addition rounds for us, and what it added to 0.5's bits is the number of steps.
      let steps = (Float(bitPattern: magnitude) + 0.5).bitPattern - Float(0.5).bitPattern
      return sign | UInt16(steps)
    }
    let rebiased = magnitude - UInt32(127 - 15) << 23
    return sign | UInt16(Self.dropping(13, of: rebiased))  // a carry into the exponent is right
  }

  /// This number in bfloat16.
  package var bfloat16Bits: UInt16 {
    if isNaN {
      let upper = UInt16(bitPattern >> 16)
      return Self.quietNaN(upper & 0xFF80, fraction: upper & 0x7F, bit: 0x40)
    }
    return UInt16(Self.dropping(16, of: bitPattern))
  }

  /// `bits` without the lowest `count`: to the nearest, ties to even.
  private static func dropping(_ count: UInt32, of bits: UInt32) -> UInt32 {
    let justBelowHalf = (UInt32(1) << (count - 1)) - 1
    return (bits + justBelowHalf + (bits >> count & 1)) >> count
  }

  /// A NaN whose payload was cut to nothing would read as infinity: such a one gets the quiet bit.
  private static func quietNaN(_ exponent: UInt16, fraction: UInt16, bit: UInt16) -> UInt16 {
    exponent | (fraction == 0 ? bit : fraction)
  }
}
