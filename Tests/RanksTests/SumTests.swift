import Foundation
import Ranks
import Tensors
import Testing

/// Sums over ranks, against a plain loop in rank order.
@Suite struct SumTests {
  /// Numbers of very different sizes, whose sum depends on the order.
  private func numbers(_ count: Int, rank: Int) -> [Float] {
    var random = SeededRandom(seed: UInt64(rank) + 40)
    return (0..<count).map { _ in random.normal() * exp(6 * random.normal()) }
  }

  @Test(
    "the sum is that of a plain loop in rank order, bit for bit, on every rank",
    arguments: [(1, 5), (2, 6), (2, 7), (3, 1), (3, 10), (5, 1001), (4, 0)])
  func rankOrder(ranks: Int, count: Int) throws {
    var expected = numbers(count, rank: 0)
    for rank in 1..<max(ranks, 1) {
      for (i, number) in numbers(count, rank: rank).enumerated() { expected[i] += number }
    }
    let sums = try ThreadRanks.run(ranks) { $0.sum(numbers(count, rank: $0.rank)) }
    for sum in sums { #expect(sum.map(\.bitPattern) == expected.map(\.bitPattern)) }
  }

  @Test("another order would give other bits, so the test above can fail")
  func orderMatters() {
    let parts = (0..<5).map { numbers(1001, rank: $0) }
    let forward = (0..<1001).map { i in parts.reduce(Float(0)) { $0 + $1[i] } }
    let backward = (0..<1001).map { i in parts.reversed().reduce(Float(0)) { $0 + $1[i] } }
    #expect(forward != backward)
  }

  @Test("the shares of the ranks are all of the whole, in order, and differ by at most one")
  func shares() throws {
    for (ranks, total) in [(1, 4), (2, 5), (3, 64), (4, 3), (7, 0)] {
      let shares = try ThreadRanks.run(ranks) { $0.share(of: total) }
      #expect(shares.flatMap { Array($0) } == Array(0..<total))
      let lengths = shares.map(\.count)
      #expect(lengths.max()! - lengths.min()! <= 1)
    }
  }
}
