import Foundation
import NanoVLA
import Tensors
import Testing

@testable import VLMs

/// Tokens that are written one after another decode to a chunk, whatever the logits.
@Suite struct FASTWritingTests {
  /// 3 steps of 2 numbers, an alphabet of 7, and tokens of 2, 3, 4 and 6 coefficients.
  private func tokenizer() throws -> FASTTokenizer {
    try FASTTokenizer(
      steps: 3, dimensions: 2, scale: 1.8,
      pairs: [(3, 3), (7, 3), (7, 7), (8, 8)].map { BytePairEncoding.Pair($0.0, $0.1) })
  }

  private func isWellFormed(_ text: [Int], _ fast: FASTTokenizer) -> Bool {
    (try? fast.decode(text))?.count == 3
  }

  @Test(
    "constrained samples of random logits are never malformed, free ones often",
    arguments: [0, 1, 8])
  func random(temperature: Float) throws {
    let fast = try tokenizer()
    #expect(fast.vocabulary == 11)
    var random = SeededRandom(seed: 5)
    func malformed(isFree: Bool) -> Int {
      let texts = fast.write(4000, isFree: isFree, temperature: temperature, using: &random) {
        .normal([4000, 11], scale: 3, using: &$1)
      }
      return texts.count { !isWellFormed($0, fast) }
    }
    #expect(malformed(isFree: false) == 0)
    #expect(malformed(isFree: true) > 400)
  }

  @Test(
    "logits of NaN give a text that decodes too, so that the reader can report them",
    arguments: [0, 1])
  func notFinite(temperature: Float) throws {
    let fast = try tokenizer()
    var random = SeededRandom(seed: 5)
    let texts = fast.write(20, temperature: temperature, using: &random) { _, _ in
      .full([20, 11], .nan)
    }
    #expect(texts.allSatisfy { isWellFormed($0, fast) })
  }

  @Test("malformed texts from random logits are counted")
  func counted() throws {
    var random = SeededRandom(seed: 5)
    let fast = try tokenizer()
    #expect(fast.malformedCount(of: 2000, isFree: false, using: &random) == 0)
    #expect(200..<2000 ~= fast.malformedCount(of: 2000, isFree: true, using: &random))
    let bare = try FASTTokenizer(steps: 3, dimensions: 2, scale: 1.8, pairs: [])
    #expect(bare.malformedCount(of: 1000, isFree: true, using: &random) == 0)
  }

  @Test("of the tokens that fit, each is chosen as often as softmax says; longer ones never")
  func frequencies() throws {
    let fast = try tokenizer()
    let logits = (0..<11).map { Float($0) / 4 }
    let N = 20_000
    var random = SeededRandom(seed: 6)
    // The first token always has length 4, so that 2 coefficients are missing.
    let texts = fast.write(N, temperature: 1, using: &random) { texts, _ in
      let row = texts[0].isEmpty ? (0..<11).map { $0 == 9 ? Float(100) : 0 } : logits
      return Tensor((0..<N).flatMap { _ in row }, shape: [N, 11])
    }
    #expect(texts.allSatisfy { $0[0] == 9 && isWellFormed($0, fast) })
    let fitting = 0...7  // seven symbols, and the pair of length 2
    let sum = fitting.reduce(0) { $0 + exp(Double(logits[$1])) }
    var chiSquare = 0.0
    for token in fitting {
      let expected = Double(N) * exp(Double(logits[token])) / sum
      let found = Double(texts.count { $0[1] == token })
      chiSquare += (found - expected) * (found - expected) / expected
    }
    #expect(chiSquare < 35)  // seven degrees of freedom exceed 35 once in 90,000 tests
  }

  @Test("greedy, the best token that fits is next, and a complete chunk gets no more")
  func greedy() throws {
    let fast = try tokenizer()
    var random = SeededRandom(seed: 7)
    // The first chunk prefers long tokens, the second short ones.
    let rows: [[Float]] = [(0..<11).map(Float.init), (0..<11).map { -Float($0) }]
    let texts = fast.write(2, temperature: 0, using: &random) { _, _ in
      Tensor(rows.flatMap { $0 }, shape: [2, 11])
    }
    #expect(texts == [[10], [0, 0, 0, 0, 0, 0]])
    var untouched = SeededRandom(seed: 7)
    #expect(random.next() == untouched.next())
  }

  @Test("the logits of a token are asked for with all tokens before it")
  func before() throws {
    let fast = try tokenizer()
    var random = SeededRandom(seed: 8)
    var asked: [[[Int]]] = []
    let texts = fast.write(3, temperature: 1, using: &random) { texts, random in
      asked.append(texts)
      return .normal([3, 11], scale: 1, using: &random)
    }
    #expect(asked.count == texts.map(\.count).max())
    for (place, before) in asked.enumerated() {
      #expect(before == texts.map { Array($0.prefix(place)) })
    }
  }
}
