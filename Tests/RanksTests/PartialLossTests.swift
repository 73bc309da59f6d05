import NanoVLA
import TestSupport
import Testing
import VLMs

@testable import Ranks
@testable import Tensors

/// Gradients that ranks compute in parts, against one backward pass over the whole batch.
@Suite struct PartialLossTests {
  private static let (N, S, K) = (7, 5, 4)
  private static let kinds: [ActionHeadKind] = [
    .tokens(bins: 8), .l1, .mse, .hybrid, .flow, .text, .residual, .fast,
  ]

  private func head(_ kind: ActionHeadKind) throws -> any ActionHead {
    VLM.registersHeads
    var random = SeededRandom(seed: 1)
    let head = kind.head(
      for: HeadContext(inputs: Self.S, chunk: Self.K, space: .tabletop), using: &random)
    if let text = head as? TextHead {
      try text.coTrain(
        on: uniform(3, Self.S, seed: 5), captions: ["the left far", "near", "the right"])
    }
    return head
  }

  @Test(
    "the gradient of three ranks is that of one process on the whole batch, to rounding",
    arguments: kinds)
  func gradient(kind: ActionHeadKind) throws {
    let states = uniform(Self.N, Self.S, seed: 2)
    let expert = someChunks(Self.N, Self.K, ActionSpace.tabletop.count)
    let whole = try head(kind)
    var random = SeededRandom(seed: 9)
    let loss = whole.loss(states, expert, using: &random)
    loss.backward()
    let gradients = whole.parameters.map { $0.gradient?.values }

    let parts = try ThreadRanks.run(3) { ranks in
      let head = try self.head(kind)
      var random = SeededRandom(seed: 9)
      let rows = ranks.share(of: Self.N)
      let measured = ranks.backward(through: head.parameters) {
        let (loss, weight) = head.partialLoss(
          states.rows(at: Array(rows)), expert.rows(at: Array(rows)), part: rows, of: Self.N,
          using: &random)
        return (loss, [], weight)
      }
      return (measured[0], head.parameters.map { $0.gradient?.values }, random.state)
    }
    for (measured, found, state) in parts {
      #expect(abs(measured - loss.item) <= 1e-5 * abs(loss.item))
      #expect(state == random.state)
      #expect(found == parts[0].1)
      for (mine, plain) in zip(found, gradients) {
        #expect((mine == nil) == (plain == nil))
        guard let mine, let plain else { continue }
        let largest = plain.map(abs).max()!
        let error = zip(mine, plain).map { abs($0 - $1) }.max()!
        #expect(error <= 2e-5 * largest + 1e-8, "\(kind.part.type.kind): \(error) of \(largest)")
      }
    }
  }

  @Test("a rank without examples changes nothing; a parameter that no rank used has no gradient")
  func empty() throws {
    let found = try ThreadRanks.run(3) { ranks in
      let (used, unused) = (Tensor([2], shape: [1]), Tensor([5], shape: [1]))
      let parameters = [used.asParameter(), unused.asParameter()]
      let measured = ranks.backward(through: parameters, measuring: 1) {
        guard ranks.rank > 0 else { return nil }
        return ((parameters[0] * Float(ranks.rank)).sum(), [10 * Float(ranks.rank)], 3)
      }
      return (measured, parameters.map { $0.gradient?.values })
    }
    for (measured, gradients) in found {
      #expect(measured == [3, 15])  // the means of 2 · 1 and 2 · 2, of 10 and 20
      #expect(gradients == [[1.5], nil])
    }
  }
}
