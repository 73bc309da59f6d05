import TestSupport
import Testing

@testable import Tensors

@Suite("Seeded random numbers") struct SeededRandomTests {
  @Test("The stream equals the published values of SplitMix64") func published() {
    var random = SeededRandom(seed: 1_234_567)
    let found = (0..<5).map { _ in random.next() }
    #expect(
      found == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  /// Mean, variance and fourth moment of 200,000 draws.
  func moments(_ draw: () -> Float) -> [Double] {
    let draws = (0..<200_000).map { _ in Double(draw()) }
    let mean = draws.reduce(0, +) / 200_000
    return [mean]
      + [2, 4].map { power in
        draws.reduce(0) { sum, x in
          let square = (x - mean) * (x - mean)
          return sum + (power == 2 ? square : square * square)
        } / 200_000
      }
  }

  @Test("Uniform draws have mean 1/2, variance 1/12 and range [0, 1)") func uniform() {
    var random = SeededRandom(seed: 1)
    let found = moments { random.uniform() }
    #expect(abs(found[0] - 0.5) < 0.003 && abs(found[1] - 1 / 12) < 0.001)
    let draws = (0..<100_000).map { _ in random.uniform() }
    #expect(draws.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(draws.min()! < 1e-3 && draws.max()! > 0.999)
  }

  @Test("Normal draws have mean 0, variance 1 and fourth moment 3") func normal() {
    var random = SeededRandom(seed: 2)
    let found = moments { random.normal() }
    #expect(abs(found[0]) < 0.01 && abs(found[1] - 1) < 0.015 && abs(found[2] - 3) < 0.1)
  }

  @Test("Integers are below their bound, and all are equally frequent") func integers() {
    var random = SeededRandom(seed: 3)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[random.integer(below: 7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
    #expect((0..<100).allSatisfy { _ in random.integer(below: 1) == 0 })
  }

  @Test("A shuffle keeps all items, and all orders are equally frequent") func shuffles() {
    var random = SeededRandom(seed: 4)
    #expect(random.shuffled(Array(0..<100)).sorted() == Array(0..<100))
    #expect(random.shuffled([Int]()).isEmpty && random.shuffled([5]) == [5])
    var counts: [[Int]: Int] = [:]
    for _ in 0..<12_000 { counts[random.shuffled([1, 2, 3]), default: 0] += 1 }
    #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 2_000) < 200 })
  }
}
