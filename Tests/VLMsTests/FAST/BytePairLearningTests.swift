import NanoVLA
import Tabletop
import Tensors
import Testing
import VLMs

@Suite struct BytePairLearningTests {
  typealias Pair = BytePairEncoding.Pair

  private func learned(_ sequences: [[Int]], _ alphabet: Int, _ vocabulary: Int = 100) -> [Pair] {
    BytePairEncoding.learnedPairs(from: sequences, alphabet: alphabet, vocabulary: vocabulary)
  }

  /// The rule as it is stated: count all pairs anew each time, as merging would replace them.
  private func slowly(_ sequences: [[Int]], _ alphabet: Int, _ vocabulary: Int) -> [Pair] {
    func merged(_ sequence: [Int], _ pair: Pair, _ symbol: Int) -> [Int] {
      BytePairEncoding(merges: [(pair, symbol)])(sequence)
    }
    var sequences = sequences
    var pairs: [Pair] = []
    while alphabet + pairs.count < vocabulary {
      let symbol = alphabet + pairs.count
      let known = Set(sequences.flatMap { zip($0, $0.dropFirst()).map { Pair($0, $1) } })
      let counts = known.map { pair in
        (pair, sequences.reduce(0) { $0 + $1.count - merged($1, pair, symbol).count })
      }
      guard let most = counts.map(\.1).max(), most > 1 else { break }
      let pair = counts.filter { $0.1 == most }.map(\.0).min()!
      pairs.append(pair)
      sequences = sequences.map { merged($0, pair, symbol) }
    }
    return pairs
  }

  @Test("the most frequent pair becomes the next symbol, until no pair occurs twice")
  func order() {
    #expect(learned([[0, 1, 0, 1, 2], [0, 1, 2]], 3) == [Pair(0, 1), Pair(3, 2)])
  }

  @Test("of equally frequent pairs the one of the smaller symbols comes first")
  func ties() {
    #expect(
      learned([[2, 1], [0, 3], [0, 2], [0, 2], [2, 1], [0, 3]], 4).prefix(3)
        == [Pair(0, 2), Pair(0, 3), Pair(2, 1)])
  }

  @Test("no pair reaches from one sequence into the next")
  func borders() {
    #expect(learned([[0], [1], [0], [1], [0], [1]], 2) == [])
    #expect(learned([[0, 1], [2, 0], [1, 2]], 3) == [])
  }

  @Test("in a run of one symbol a pair counts as often as it can be merged")
  func runs() {
    #expect(learned([[0, 0, 0]], 1) == [])
    #expect(learned([[0, 0, 0, 0]], 1) == [Pair(0, 0)])
    #expect(learned([[0, 0, 0, 0, 0, 0, 0, 0]], 1) == [Pair(0, 0), Pair(1, 1)])
  }

  @Test("it stops at the size of the vocabulary")
  func size() {
    let sequences = [[0, 1, 0, 1, 0, 1, 0, 1], [0, 1, 0, 1]]
    #expect(learned(sequences, 2, 2) == [])
    #expect(learned(sequences, 2, 3) == [Pair(0, 1)])
    #expect(learned(sequences, 2, 4) == [Pair(0, 1), Pair(2, 2)])
    #expect(learned([], 2) == [])
    #expect(learned([[], [0]], 2) == [])
  }

  @Test("it learns what counting everything anew each time learns, and spells everything back")
  func oracle() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<60 {
      let alphabet = 1 + random.integer(below: 4)
      let sequences = (0..<8).map { _ in
        (0..<random.integer(below: 20)).map { _ in random.integer(below: alphabet) }
      }
      let pairs = learned(sequences, alphabet, 20)
      #expect(pairs == slowly(sequences, alphabet, 20))
      let encode = BytePairEncoding(pairs: pairs, alphabet: alphabet)
      for sequence in sequences {
        let back = BytePairEncoding.expanded(encode(sequence), pairs: pairs, alphabet: alphabet)
        #expect(back == sequence)
      }
    }
  }
}
