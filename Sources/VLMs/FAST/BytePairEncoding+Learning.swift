/// Learning of merges: of all neighboring pairs in all sequences, the most frequent becomes a new
/// symbol, again and again. A frequent sequence ends up as one symbol, however long it is.
///
///     0 1 0 1 2 · 0 1 2     (0 1) occurs three times: it becomes 3
///     3 3 2 · 3 2           (3 2) occurs twice: it becomes 4
///     3 4 · 4               no pair occurs twice: the end
///
/// An alphabet of n symbols is 0 ..< n, and the i-th pair learned is symbol n + i.
///
/// - Reference: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units"
///   (2016), algorithm 1.
extension BytePairEncoding {
  /// The learned pairs, in order. No pair spans two sequences; of equally frequent pairs the one of
  /// smaller symbols comes first.
  ///
  /// - Parameters:
  ///   - alphabet: the number of symbols before any merge; all symbols of `sequences` are below it.
  ///   - vocabulary: the largest number of symbols afterwards; fewer if no pair occurs twice.
  public static func learnedPairs(
    from sequences: [[Int]], alphabet: Int, vocabulary: Int
  ) -> [Pair] {
    if let bad = sequences.joined().first(where: { !(0..<alphabet).contains($0) }) {
      fatalError("BytePairEncoding: symbol \(bad) is outside the alphabet of \(alphabet)")
    }
    var sequences = sequences
    var pairs: [Pair] = []
    // Counted once, then kept up to date: a merge changes only the sequences that hold its pair.
    var counts: [Pair: Int] = [:]
    var holders: [Pair: Set<Int>] = [:]
    func count(_ index: Int) {
      for pair in neighbors(in: sequences[index]) {
        counts[pair, default: 0] += 1
        holders[pair, default: []].insert(index)
      }
    }
    sequences.indices.forEach(count)

    while alphabet + pairs.count < vocabulary {
      let best = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
      guard let (pair, frequency) = best, frequency > 1 else { break }
      let symbol = alphabet + pairs.count
      pairs.append(pair)
      for index in holders.removeValue(forKey: pair)! {
        for old in neighbors(in: sequences[index]) { counts[old]! -= 1 }
        sequences[index] = merging(pair, into: symbol, in: sequences[index])
        count(index)
      }
    }
    return pairs
  }

  /// Merges of learned pairs: the i-th becomes symbol `alphabet` + i.
  public init(pairs: [Pair], alphabet: Int) {
    self.init(merges: pairs.enumerated().map { (pair: $1, symbol: alphabet + $0) })
  }

  /// The way back: every merged symbol is replaced by its two parts until only the alphabet is left.
  public static func expanded(_ symbols: [Int], pairs: [Pair], alphabet: Int) -> [Int] {
    var spelled: [Int] = []
    var waiting = Array(symbols.reversed())  // the next symbol is the last
    while let symbol = waiting.popLast() {
      if symbol < alphabet {
        spelled.append(symbol)
      } else {
        waiting += [pairs[symbol - alphabet].right, pairs[symbol - alphabet].left]
      }
    }
    return spelled
  }

  /// The neighbors that could be merged: in 0 0 0 that is one pair, as two would share a symbol.
  private static func neighbors(in sequence: [Int]) -> [Pair] {
    var found: [Pair] = []
    var isTaken = false  // the left symbol belongs to an equal pair just before
    for (left, right) in zip(sequence, sequence.dropFirst()) {
      let pair = Pair(left, right)
      isTaken = !isTaken && left == right && found.last == pair
      if !isTaken { found.append(pair) }
    }
    return found
  }

  /// `sequence` with every `pair` in it, the leftmost first, as one symbol.
  private static func merging(_ pair: Pair, into symbol: Int, in sequence: [Int]) -> [Int] {
    var merged: [Int] = []
    var place = 0
    while place < sequence.count {
      let isPair =
        place + 1 < sequence.count && Pair(sequence[place], sequence[place + 1]) == pair
      merged.append(isPair ? symbol : sequence[place])
      place += isPair ? 2 : 1
    }
    return merged
  }
}

extension BytePairEncoding.Pair: Comparable {
  public static func < (a: Self, b: Self) -> Bool { (a.left, a.right) < (b.left, b.right) }
}
