/// SHA-1, which WebSocket's handshake asks for. It protects nothing there: it shows that the server
/// has understood.
///
/// - Reference: RFC 3174, §6.1.
enum SHA1 {
  /// The 20 bytes of the digest of `message`.
  static func digest(_ message: [UInt8]) -> [UInt8] {
    var h: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    // A bit 1, zeros, and the length in bits fill the last block of 64 bytes.
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += withUnsafeBytes(of: UInt64(message.count * 8).bigEndian, Array.init)
    for block in stride(from: 0, to: padded.count, by: 64) {
      var w = (0..<16).map { word in
        padded[block + 4 * word..<block + 4 * word + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      }
      for t in 16..<80 { w.append(rotated(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], by: 1)) }
      var (a, b, c, d, e) = (h[0], h[1], h[2], h[3], h[4])
      for t in 0..<80 {
        let (f, k): (UInt32, UInt32) =
          switch t {
          case 0..<20: (b & c | ~b & d, 0x5A82_7999)
          case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
          case 40..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
          default: (b ^ c ^ d, 0xCA62_C1D6)
          }
        let next = rotated(a, by: 5) &+ f &+ e &+ w[t] &+ k
        (e, d, c, b, a) = (d, c, rotated(b, by: 30), a, next)
      }
      for (i, value) in [a, b, c, d, e].enumerated() { h[i] &+= value }
    }
    return h.flatMap { withUnsafeBytes(of: $0.bigEndian, Array.init) }
  }

  private static func rotated(_ word: UInt32, by bits: UInt32) -> UInt32 {
    word << bits | word >> (32 - bits)
  }
}
