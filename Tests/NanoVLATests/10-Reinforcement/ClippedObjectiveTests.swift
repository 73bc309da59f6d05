import Foundation
import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing
import VLMs

@Suite struct ClippedObjectiveTests {
  private static let (N, K, A) = (5, 2, 3)
  private let old = uniform(5, 2, 3, seed: 1)
  /// Away from the ends of the clip, where the slope jumps.
  private let change = uniform(5, 2, 3, seed: 2) * 0.6
  private let advantages = uniform(5, 1, 1, seed: 3)
  private let mask = Tensor(
    (0..<30).map { [1, 1, 0, 1, 1, 1, 0][$0 % 7] }, shape: [5, 2, 3])

  @Test("loss, clip fraction and divergence are those of a plain loop")
  func plainLoop() {
    let found = ClippedObjective()(
      new: old + change, old: old, advantages: advantages, mask: mask)
    var (gain, clipped, divergence, tokens) = (0.0, 0.0, 0.0, 0.0)
    for n in 0..<Self.N {
      for k in 0..<Self.K {
        for a in 0..<Self.A where mask[n, k, a] == 1 {
          let difference = Double((old + change)[n, k, a]) - Double(old[n, k, a])
          let (ratio, A) = (exp(difference), Double(advantages[n, 0, 0]))
          let bounded = min(max(ratio, 0.8), 1.28)
          gain += min(ratio * A, bounded * A)
          if bounded * A < ratio * A { clipped += 1 }
          divergence += ratio - 1 - difference
          tokens += 1
        }
      }
    }
    #expect(abs(Double(found.loss.item) + gain / tokens) < 1e-6)
    #expect(abs(Double(found.clipFraction) - clipped / tokens) < 1e-6)
    #expect(found.clipFraction > 0 && found.clipFraction < 1)
    #expect(abs(Double(found.approximateKL) - divergence / tokens) < 1e-6)
  }

  @Test("gradients equal differences")
  func gradients() {
    let new = (old + change).asParameter()
    expectGradients([("new", new)], step: 0x1p-8) {
      ClippedObjective()(new: new, old: old, advantages: advantages, mask: mask).loss
    }
  }

  @Test(
    "the gain of a token ends at 1.28 upwards and at 0.8 downwards, and only in its own direction",
    arguments: [
      (1.27, 1.0, true), (1.29, 1.0, false), (0.5, 1.0, true), (0.81, -1.0, true),
      (0.79, -1.0, false), (2.0, -1.0, true),
    ])
  func ends(ratio: Double, advantage: Double, learns: Bool) {
    let new = Tensor([Float(log(ratio))], shape: [1, 1, 1]).asParameter()
    let result = ClippedObjective()(
      new: new, old: .zeros([1, 1, 1]), advantages: .full([1, 1, 1], Float(advantage)),
      mask: .full([1, 1, 1], 1))
    result.loss.backward()
    let expected = learns ? Float(-ratio * advantage) : 0
    #expect(abs((new.gradient?.item ?? .nan) - expected) < 1e-5)
    #expect(result.clipFraction == (learns ? 0 : 1))
  }

  @Test("a masked token changes nothing: neither the loss nor its own gradient")
  func masked() {
    var values = (old + change).values
    let (new, index) = (Tensor(values, shape: [5, 2, 3]).asParameter(), 2)  // mask is 0 there
    let objective = ClippedObjective()
    let one = objective(new: new, old: old, advantages: advantages, mask: mask)
    one.loss.backward()
    #expect(new.gradient?.values[index] == 0)
    values[index] += 0.5
    let other = objective(
      new: Tensor(values, shape: [5, 2, 3]), old: old, advantages: advantages, mask: mask)
    #expect(one.loss.item == other.loss.item)
  }

  @Test("shapes that do not belong together stop with all of them")
  func wrongShapes() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = Tensor.zeros([4, 2, 7])
      _ = ClippedObjective()(
        new: x, old: x, advantages: .zeros([4, 1, 1]), mask: .full([4, 2, 1], 1))
    }
    expectMessage(result, "[4, 2, 7]", "[4, 2, 1]")
  }

  @Test("entropy and divergence are those of plain sums over the bins")
  func spread() {
    var random = SeededRandom(seed: 3)
    let head = TokenHead(
      .init(bins: 5), for: .init(inputs: 4, chunk: 2, space: ActionSpace(dimensions: 3)),
      using: &random)
    let start = TokenHead(
      .init(bins: 5), for: .init(inputs: 4, chunk: 2, space: ActionSpace(dimensions: 3)),
      using: &random)
    for head in [head, start] {
      head.output.weight.values = head.output.weight.values.map { $0 * 300 }
    }
    let states = uniform(5, 4)
    let found = head.entropyAndDivergence(at: states, mask: mask, temperature: 1.5, from: start)
    func chances(_ head: TokenHead, _ n: Int, _ k: Int, _ a: Int) -> [Double] {
      let scores = withoutGradient { head(states) }
      let powers = (0..<5).map { exp(Double(scores[n, k, a, $0]) / 1.5) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    var (entropy, divergence, tokens) = (0.0, 0.0, 0.0)
    for n in 0..<Self.N {
      for k in 0..<Self.K {
        for a in 0..<Self.A where mask[n, k, a] == 1 {
          for (p, q) in zip(chances(head, n, k, a), chances(start, n, k, a)) {
            entropy -= p * log(p)
            divergence += p * log(p / q)
          }
          tokens += 1
        }
      }
    }
    #expect(abs(Double(found.entropy) - entropy / tokens) < 1e-5)
    #expect(abs(Double(found.divergence) - divergence / tokens) < 1e-5)
    #expect(found.divergence > 0.01)
  }
}
