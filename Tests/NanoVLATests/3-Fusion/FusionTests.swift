import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct FusionTests {
  enum Kind: CaseIterable {
    case crossAttention, concat, film, gated

    /// A fusion of width 4 whose biases are not 0.
    func make() -> any Fusion {
      var random = SeededRandom(seed: 11)
      let fusion: any Fusion =
        switch self {
        case .crossAttention:
          CrossAttentionFusion(
            .init(queries: 3, depth: 2, heads: 2, ratio: 1), width: 4, using: &random)
        case .concat: ConcatFusion(.init(heads: 2, ratio: 1), width: 4, using: &random)
        case .film: FiLMFusion(.init(ratio: 1), width: 4, using: &random)
        case .gated: GatedFusion(width: 4, using: &random)
        }
      unsettle(fusion)
      return fusion
    }

    var queries: Int { self == .crossAttention ? 3 : 1 }
  }

  private let vision = uniform(2, 6, 4)
  private let text = uniform(2, 5, 4, seed: 2)
  private let isToken = [[true, true, true, false, false], [true, true, true, true, false]]
  private var mask: Tensor { AttentionMask.padding(isToken) }

  @Test(
    "the output has the fusion's number of vectors, with or without a mask",
    arguments: Kind.allCases)
  func shape(kind: Kind) {
    let fusion = kind.make()
    #expect(fusion(vision: vision, text: text, textMask: mask).shape == [2, kind.queries, 4])
    #expect(fusion(vision: vision, text: text, textMask: nil).shape == [2, kind.queries, 4])
  }

  @Test("padding tokens do not change the output", arguments: Kind.allCases)
  func padding(kind: Kind) {
    let other = uniform(2, 5, 4, seed: 77)
    var values = text.values
    for b in 0..<2 {
      for t in 0..<5 where !isToken[b][t] {
        for d in 0..<4 { values[(b * 5 + t) * 4 + d] = other[b, t, d] }
      }
    }
    let changed = Tensor(values, shape: [2, 5, 4])
    let fusion = kind.make()
    let before = fusion(vision: vision, text: text, textMask: mask).values
    let after = fusion(vision: vision, text: changed, textMask: mask).values
    let unmasked = fusion(vision: vision, text: changed, textMask: nil).values
    #expect(before == after)
    #expect(maximumDifference(unmasked, after) > 1e-4)
  }

  @Test(
    "another text or another image changes the output of its own sample only",
    arguments: Kind.allCases)
  func depends(kind: Kind) {
    let fusion = kind.make()
    let before = fusion(vision: vision, text: text, textMask: mask)
    func expectOnlyFirstChanged(_ after: Tensor) {
      let distances = (0..<2).map { b in
        maximumDifference(
          after.sliced(axis: 0, b..<b + 1).values, before.sliced(axis: 0, b..<b + 1).values)
      }
      #expect(distances[0] > 1e-3)
      #expect(distances[1] < 1e-6)
    }
    let otherText = Tensor.concatenated(
      [uniform(1, 5, 4, seed: 3), text.sliced(axis: 0, 1..<2)], axis: 0)
    let otherVision = Tensor.concatenated(
      [uniform(1, 6, 4, seed: 4), vision.sliced(axis: 0, 1..<2)], axis: 0)
    expectOnlyFirstChanged(fusion(vision: vision, text: otherText, textMask: mask))
    expectOnlyFirstChanged(fusion(vision: otherVision, text: text, textMask: mask))
  }

  @Test(
    "the gradient of every parameter and input is that of finite differences",
    arguments: Kind.allCases)
  func gradient(kind: Kind) {
    let fusion = kind.make()
    let (visionLeaf, textLeaf) = (vision.asParameter(), text.asParameter())
    expectGradients(fusion.namedParameters + [("vision", visionLeaf), ("text", textLeaf)]) {
      fusion(vision: visionLeaf, text: textLeaf, textMask: mask)
    }
  }

  @Test("several instructions that share an image get the outputs of separate calls")
  func sharedImage() throws {
    let fusion = try #require(Kind.crossAttention.make() as? CrossAttentionFusion)
    let one = vision.sliced(axis: 0, 0..<1)
    let together = fusion.attend(vision: one, text: text, textMask: mask)
    let alone = fusion(
      vision: Tensor.concatenated([one, one], axis: 0), text: text, textMask: mask)
    #expect(together.attention.weights.shape == [1, 2, 2 * 3, 6])
    #expect(maximumDifference(together.fused.values, alone.values) < 1e-6)
  }
}
