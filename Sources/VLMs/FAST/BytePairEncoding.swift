/// Byte-pair encoding shortens a sequence of symbols: of all neighboring pairs, the one that was
/// learned first becomes one new symbol, again and again, until no known pair is left.
///
///     l o w e r     learned, in this order: (e r), (l o), (lo w)
///     l o w er      → lo w er → low er
///
/// Frequent sequences become one token, rare ones can still be spelled, and nothing is unknown. The
/// symbols need not be letters: FAST encodes robot motions in the same way.
///
/// - Reference: Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units"
///   (2016).
public struct BytePairEncoding: Sendable {
  public struct Pair: Hashable, Sendable {
    public let left, right: Int
    public init(_ left: Int, _ right: Int) { (self.left, self.right) = (left, right) }
  }

  /// The symbol that a pair becomes; the lower the rank, the earlier it was learned.
  private let merges: [Pair: (rank: Int, symbol: Int)]

  /// - Parameter merges: the pairs in the order of learning, each with the symbol it becomes. A pair
  ///   that occurs twice keeps its first rank.
  public init(merges: [(pair: Pair, symbol: Int)]) {
    let ranked = merges.enumerated().map { ($1.pair, (rank: $0, symbol: $1.symbol)) }
    self.merges = Dictionary(ranked) { first, _ in first }
  }

  /// `symbols`, merged as long as a pair is known: the pair of the lowest rank, the leftmost first.
  ///
  /// The symbols form a linked list, and a queue holds the known pairs by rank, so that N symbols
  /// take N·log N steps; a search for the best pair each time would take N².
  public func callAsFunction(_ symbols: [Int]) -> [Int] {
    var symbols = symbols.map(Optional.some)  // a symbol merged into its left neighbor is nil
    var next = Array(1...max(1, symbols.count))
    var previous = Array(-1...max(-1, symbols.count - 2))
    var queue = PairQueue()

    func offer(_ left: Int) {
      guard left >= 0, next[left] < symbols.count else { return }
      let pair = Pair(symbols[left]!, symbols[next[left]]!)
      if let merge = merges[pair] { queue.insert((merge.rank, left, pair)) }
    }
    for place in symbols.indices { offer(place) }

    while let (_, left, pair) = queue.removeFirst() {
      let right = next[left]
      // An earlier merge may have taken one of the two.
      guard symbols[left] == pair.left, right < symbols.count, symbols[right] == pair.right else {
        continue
      }
      symbols[left] = merges[pair]!.symbol
      symbols[right] = nil
      next[left] = next[right]
      if next[left] < symbols.count { previous[next[left]] = left }
      offer(previous[left])
      offer(left)
    }
    return symbols.compactMap { $0 }
  }
}

/// Pairs that wait to be merged, the lowest rank and then the leftmost first: a binary heap, in which
/// no entry comes before its parent, and the children of entry i are 2i + 1 and 2i + 2.
private struct PairQueue {
  typealias Entry = (rank: Int, left: Int, pair: BytePairEncoding.Pair)
  private var entries: [Entry] = []

  mutating func insert(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0, comesBefore(child, (child - 1) / 2) {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() -> Entry? {
    guard let first = entries.first else { return nil }
    entries.swapAt(0, entries.count - 1)
    entries.removeLast()
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < entries.count }
      guard let child = children.min(by: comesBefore), comesBefore(child, parent) else { break }
      entries.swapAt(parent, child)
      parent = child
    }
    return first
  }

  private func comesBefore(_ a: Int, _ b: Int) -> Bool {
    (entries[a].rank, entries[a].left) < (entries[b].rank, entries[b].left)
  }
}
