/// How a piece is split at the matches of a pattern, and what happens to the matches.
///
///     "a-b--c" at "-":    removed             a | b | c
///                         isolated            a | - | b | - | - | c
///                         contiguous          a | - | b | -- | c
///                         mergedWithPrevious  a- | b- | - | c
///                         mergedWithNext      a | -b | - | -c
enum Splitting: String, Sendable, CaseIterable {
  case removed = "Removed"
  case isolated = "Isolated"
  case contiguous = "Contiguous"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"

  /// The parts of `piece`; no part is empty. If inverted, the text between the matches counts as the
  /// match. Two adjacent matches remain two parts.
  func callAsFunction(
    _ piece: Piece, at matches: [Range<Int>], isInverted: Bool = false
  ) -> [Piece] {
    var parts = piece.parts(matches).map { (range: $0.range, isMatch: $0.isMatch != isInverted) }
    switch self {
    case .removed: parts.removeAll(where: \.isMatch)
    case .isolated: break
    case .contiguous: parts = merged(parts) { $0.isMatch == $1.isMatch }
    case .mergedWithPrevious: parts = merged(parts) { !$0.isMatch && $1.isMatch }
    case .mergedWithNext: parts = merged(parts.reversed()) { !$0.isMatch && $1.isMatch }.reversed()
    }
    return parts.map { part in
      let text = Array(piece.text[part.range])
      return Piece(text: text, isFirst: piece.isFirst && part.range.lowerBound == 0)
    }
  }

  private typealias Part = (range: Range<Int>, isMatch: Bool)

  /// `parts`, with each part joined to the previous one if `joins` returns true.
  private func merged(_ parts: [Part], where joins: (Part, Part) -> Bool) -> [Part] {
    var merged: [Part] = []
    var previous: Part?
    for part in parts {
      if let last = merged.last, let before = previous, joins(before, part) {
        let low = min(last.range.lowerBound, part.range.lowerBound)
        let high = max(last.range.upperBound, part.range.upperBound)
        merged[merged.count - 1].range = low..<high
      } else {
        merged.append(part)
      }
      previous = part
    }
    return merged
  }
}

extension Piece {
  func prefixed(_ scalar: Unicode.Scalar) -> Piece {
    Piece(text: [scalar] + text, isFirst: isFirst)
  }

  /// Each code point of a kind, as a match of its own.
  func positions(where isOfKind: (Unicode.Scalar) -> Bool) -> [Range<Int>] {
    text.indices.filter { isOfKind(text[$0]) }.map { $0..<$0 + 1 }
  }

  /// The matches and the text between them, in order; no part is empty.
  fileprivate func parts(_ matches: [Range<Int>]) -> [(range: Range<Int>, isMatch: Bool)] {
    var parts: [(range: Range<Int>, isMatch: Bool)] = []
    var end = 0
    for match in matches {
      if end < match.lowerBound { parts.append((end..<match.lowerBound, false)) }
      parts.append((match, true))
      end = match.upperBound
    }
    if end < text.count { parts.append((end..<text.count, false)) }
    return parts
  }
}
