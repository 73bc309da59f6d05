import Foundation

/// The four normalization forms, by the tables of Unicode 9 (see ``UnicodeTables``).
///
/// A text is decomposed scalar by scalar, its marks are sorted by their combining class, and then each
/// mark or Hangul letter is composed with the starter before it. Foundation gives the decomposition of
/// a single scalar; of a whole text its forms differ from the standard in rare sequences, such as a
/// mark before a scalar that itself decomposes into marks.
///
/// - Reference: Unicode Standard, §3.11 (D103 to D118) and 3.12 (Hangul).
struct NormalizationForm: Sendable {
  /// Whether compatibility characters are replaced too ("ﬁ" → "fi").
  let isCompatible: Bool
  let composes: Bool

  static let nfc = NormalizationForm(isCompatible: false, composes: true)
  static let nfd = NormalizationForm(isCompatible: false, composes: false)
  static let nfkc = NormalizationForm(isCompatible: true, composes: true)
  static let nfkd = NormalizationForm(isCompatible: true, composes: false)

  func callAsFunction(_ text: Scalars) -> Scalars {
    if text.allSatisfy(\.isASCII) { return text }
    var decomposed: Scalars = []
    for scalar in text {
      let parts = scalar.decomposed(isCompatible: isCompatible)
      for part in parts { decomposed.append(part) }
    }
    Self.sortMarks(&decomposed)
    return composes ? Self.composed(decomposed) : decomposed
  }

  /// Sorts each run of marks by combining class, and keeps the order of equal ones.
  private static func sortMarks(_ text: inout Scalars) {
    var start = 0
    while start < text.count {
      guard text[start].combiningClass != 0 else {
        start += 1
        continue
      }
      let end = text[start...].firstIndex { $0.combiningClass == 0 } ?? text.count
      let sorted = text[start..<end].enumerated().sorted {
        ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
      }
      text.replaceSubrange(start..<end, with: sorted.map(\.element))
      start = end
    }
  }

  private static func composed(_ text: Scalars) -> Scalars {
    var result: Scalars = []
    var starter: Int?  // its place in `result`
    var last: UInt8 = 0  // the combining class of the last scalar after the starter
    for scalar in text {
      let rank = scalar.combiningClass
      // Blocked by a scalar between of the same or a higher class (D115).
      let isBlocked = starter.map { $0 < result.count - 1 && (last == 0 || last >= rank) } ?? true
      if let at = starter, !isBlocked, let pair = compose(result[at], scalar) {
        result[at] = pair
        continue
      }
      if rank == 0 { starter = result.count }
      last = rank
      result.append(scalar)
    }
    return result
  }

  private static func compose(
    _ first: Unicode.Scalar, _ second: Unicode.Scalar
  ) -> Unicode.Scalar? {
    switch (first.value, second.value) {
    case (0x1100...0x1112, 0x1161...0x1175):  // L + V
      return Unicode.Scalar(
        0xAC00 + ((first.value - 0x1100) * 21 + second.value - 0x1161) * 28)
    case (0xAC00...0xD7A3, 0x11A8...0x11C2) where (first.value - 0xAC00) % 28 == 0:  // LV + T
      return Unicode.Scalar(first.value + second.value - 0x11A7)
    default: return compositions[Pair(first: first, second: second)]
    }
  }

  private struct Pair: Hashable { let first, second: Unicode.Scalar }

  /// The scalars that are composed of two others: those that NFC keeps as they are.
  private static let compositions: [Pair: Unicode.Scalar] = {
    var found: [Pair: Unicode.Scalar] = [:]
    for value in [0xC0...0x33FF, 0xF900...0xFFFF, 0x11000...0x1FFFF].joined() {
      guard let whole = Unicode.Scalar(UInt32(value)) else { continue }
      let parts = whole.decomposed(isCompatible: false)
      guard parts.count > 1, let last = parts.last else { continue }
      let kept = Scalars(String(whole).precomposedStringWithCanonicalMapping)
      let rest = Scalars(
        Array(parts.dropLast()).text.precomposedStringWithCanonicalMapping)
      if kept == [whole], rest.count == 1 { found[Pair(first: rest[0], second: last)] = whole }
    }
    return found
  }()
}

extension Unicode.Scalar {
  /// The canonical combining class; 0 for starters and for what the tables do not know.
  fileprivate var combiningClass: UInt8 {
    if value < 0x300 { return 0 }
    return isAssigned(in: UnicodeTables.normalization)
      ? properties.canonicalCombiningClass.rawValue : 0
  }

  /// The full decomposition.
  fileprivate func decomposed(isCompatible: Bool) -> Scalars {
    guard !isASCII, isAssigned(in: UnicodeTables.normalization) else { return [self] }
    let text = String(self)
    return Scalars(
      isCompatible
        ? text.decomposedStringWithCompatibilityMapping : text.decomposedStringWithCanonicalMapping)
  }
}
