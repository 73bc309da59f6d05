import NanoVLA
import Tabletop
import Tensors
import TestSupport
import Testing

@Suite struct TokenEmbeddingTests {
  @Test("a token is its word's vector plus its position's")
  func sum() {
    var random = SeededRandom(seed: 1)
    let embedding = TokenEmbedding(vocabulary: 5, length: 3, width: 4, using: &random)
    let ids = [[1, 4, 0], [2, 2, 2]]
    let found = embedding(ids)
    #expect(found.shape == [2, 3, 4])
    for b in 0..<2 {
      for t in 0..<3 {
        for d in 0..<4 {
          let expected = embedding.words.weight[ids[b][t], d] + embedding.positions[t, d]
          #expect(abs(found[b, t, d] - expected) < 1e-6)
        }
      }
    }
    expectGradients(embedding.namedParameters) { embedding(ids) }
  }

  @Test("a list of another length stops with both lengths")
  func length() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = SeededRandom(seed: 1)
      _ = TokenEmbedding(vocabulary: 5, length: 3, width: 4, using: &random)([[1, 2]])
    }
    expectMessage(result, "[2]", "3")
  }
}
