import Ranks
import Testing

/// Times are made from a network and from work that are known, by counting messages and bytes.
@Suite struct ScalingTests {
  /// What a ring of `ranks` needs to add `numbers`, message by message: every rank hands on a part of
  /// the numbers, first to add them up and then to tell the result, all ranks at once.
  private func ring(_ numbers: Int, _ ranks: Int, latency: Double, bandwidth: Double) -> Double {
    var seconds = 0.0
    for _ in 0..<2 {
      for _ in 1..<ranks {
        seconds += latency + 4 * Double(numbers) / Double(ranks) / bandwidth
      }
    }
    return seconds
  }

  @Test("a sum takes as long as a ring's messages", arguments: [2, 3, 8, 64])
  func sum(ranks: Int) {
    let network = Scaling.Network(name: "test", latency: 3e-5, bandwidth: 2e8)
    let expected = ring(77_000, ranks, latency: 3e-5, bandwidth: 2e8)
    #expect(abs(network.sum(of: 77_000, ranks: ranks) / expected - 1) < 1e-9)
  }

  @Test("one rank exchanges nothing") func alone() {
    #expect(Scaling.Network.gigabit.sum(of: 1_000_000, ranks: 1) == 0)
  }

  @Test("a network is known from the times of a short and of a long sum") func measured() {
    let (latency, bandwidth) = (4e-5, 5e9)
    let (short, long) = (2 * latency, 2 * latency + 4 * 999_000 / bandwidth)
    let found = Scaling.Network.measured(short: short, long: long)
    #expect(abs(found.latency / latency - 1) < 1e-9)
    #expect(abs(found.bandwidth / bandwidth - 1) < 1e-9)
  }

  @Test("from one rank and two follow the times of 8 and 64", arguments: [1, 2, 8, 64])
  func predicts(ranks: Int) {
    let (divided, undivided, sums, numbers) = (0.9, 0.05, 3.0, 50_000)
    let network = Scaling.Network(name: "test", latency: 5e-5, bandwidth: 1e8)
    func time(_ ranks: Int) -> Double {
      let exchange = ranks == 1 ? 0 : ring(numbers, ranks, latency: 5e-5, bandwidth: 1e8)
      return divided / Double(ranks) + undivided + sums * exchange
    }
    let scaling = Scaling(one: time(1), two: time(2), sums: sums, of: numbers, on: network)
    #expect(abs(scaling.time(ranks: ranks, on: network) / time(ranks) - 1) < 1e-9)
  }

  @Test("work that two ranks do no faster is not divided") func undivided() {
    let network = Scaling.Network.gigabit
    let scaling = Scaling(one: 1, two: 5, sums: 0, of: 1, on: network)
    #expect(scaling.time(ranks: 64, on: network) == 1)
  }
}
