/// The hash FNV-1a of 64 bits: a number that other data hardly share.
///
/// It tells whether data are the same as before; it does not protect against forgery.
///
///     h ← (h xor byte) · 0x100000001B3    for each byte, from h = 0xCBF29CE484222325
///
/// Source: Fowler, Noll and Vo, draft-eastlake-fnv.
package struct FNV1a {
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  package mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// The bits of each number, little-endian.
  package mutating func add(_ numbers: [Float]) {
    for number in numbers { withUnsafeBytes(of: number.bitPattern.littleEndian) { add($0) } }
  }

  /// 16 hexadecimal digits.
  package var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
