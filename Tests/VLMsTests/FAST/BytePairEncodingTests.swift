import NanoVLA
import Tabletop
import Tensors
import Testing
import VLMs

@Suite struct BytePairEncodingTests {
  typealias Pair = BytePairEncoding.Pair

  /// The rule as it is stated: look for the best pair, merge it, look again.
  private func slowly(_ symbols: [Int], _ merges: [(pair: Pair, symbol: Int)]) -> [Int] {
    var symbols = symbols
    while true {
      var best: (rank: Int, place: Int)?
      for place in symbols.indices.dropLast() {
        let pair = Pair(symbols[place], symbols[place + 1])
        guard let rank = merges.firstIndex(where: { $0.pair == pair }) else { continue }
        if best == nil || rank < best!.rank { best = (rank, place) }
      }
      guard let best else { return symbols }
      symbols.replaceSubrange(best.place...best.place + 1, with: [merges[best.rank].symbol])
    }
  }

  @Test("it does what looking for the best pair again and again does")
  func oracle() {
    var random = SeededRandom(seed: 4)
    for _ in 0..<200 {
      let merges = (0..<12).map { symbol in
        (Pair(random.integer(below: 4 + symbol), random.integer(below: 4 + symbol)), 4 + symbol)
      }.map { (pair: $0.0, symbol: $0.1) }
      let symbols = (0..<random.integer(below: 40)).map { _ in random.integer(below: 4) }
      #expect(BytePairEncoding(merges: merges)(symbols) == slowly(symbols, merges))
    }
  }

  @Test("a run of one symbol is paired from the left")
  func run() {
    let encoding = BytePairEncoding(merges: [(Pair(0, 0), 1)])
    #expect(encoding([0, 0, 0, 0, 0]) == [1, 1, 0])
  }

  @Test("nothing and a single symbol stay as they are")
  func short() {
    let encoding = BytePairEncoding(merges: [(Pair(0, 0), 1)])
    #expect(encoding([]) == [])
    #expect(encoding([0]) == [0])
    #expect(encoding([0, 0]) == [1])
  }

  @Test("a long run of symbols is merged without looking at all of them for each merge")
  func long() {
    let merges = (0..<10).map { (pair: Pair($0, $0), symbol: $0 + 1) }
    let merged = BytePairEncoding(merges: merges)(Array(repeating: 0, count: 1 << 17))
    #expect(merged == Array(repeating: 10, count: 1 << 7))
  }
}
