/// GPT-2's byte alphabet: one visible letter for each of the 256 bytes, so that a text in any script
/// consists of known letters. The space is "Ġ", a line feed "Ċ".
///
/// - Reference: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019), 2.2.
enum ByteAlphabet {
  /// Byte → letter. Printable Latin-1 bytes map to themselves, the others to letters from U+0100 on.
  static let letters: [Unicode.Scalar] = {
    var spare: UInt32 = 256
    return (0..<256).map { byte in
      if (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174 {
        return Unicode.Scalar(UInt8(byte))
      }
      defer { spare += 1 }
      return Unicode.Scalar(spare)!
    }
  }()

  static let bytes: [Unicode.Scalar: UInt8] = Dictionary(
    uniqueKeysWithValues: zip(letters, (0...255).map { UInt8($0) }))

  static func encode(_ text: Scalars) -> Scalars { text.text.utf8.map { letters[Int($0)] } }

  /// The bytes that a token spells; the token's own UTF-8 if a letter is not in the alphabet.
  static func decode(_ token: Scalars) -> [UInt8] {
    let spelled = token.compactMap { bytes[$0] }
    return spelled.count == token.count ? spelled : Array(token.text.utf8)
  }
}
