import Foundation
import NanoVLA
import Tensors
import TestSupport
import Testing

@testable import VLMs

@Suite struct FASTHeadTests {
  private static let merges = [[2, 2], [5, 2], [2, 3], [5, 5]]  // of an alphabet of 5

  /// A head for 5 state numbers and chunks of 2 steps of 3 numbers, which lie far from the middles
  /// between two coefficients.
  private func head(width: Int = 8, depth: Int = 1, steps: Int = 2) -> FASTHead {
    var random = SeededRandom(seed: 1)
    return FASTHead(
      .init(scale: 1.5, merges: Self.merges, width: width, depth: depth),
      for: .init(inputs: 5, chunk: steps, space: ActionSpace(dimensions: 3)), using: &random)
  }

  private func write(_ head: FASTHead, _ state: Tensor, _ temperature: Float = 0) -> [[Int]] {
    var random = SeededRandom(seed: 3)
    return withoutGradient {
      head.write(for: state, temperature: temperature, using: &random)
    }
  }

  @Test("teacher forcing gives the logits of writing with the cache, token after token")
  func teacherForcing() throws {
    let (head, state) = (head(depth: 2), uniform(5, 5))
    unsettle(head)
    for (n, text) in write(head, state).enumerated() {
      let forced = head(state.rows(at: [n]), [Array(text.dropLast())])  // [1, L, V]
      #expect(forced.shape == [1, text.count, 9])
      // The greedy text is the best token that fits at each place, by the logits of teacher forcing.
      var missing = 6
      let lengths = [1, 1, 1, 1, 1, 2, 3, 2, 4]
      for (place, token) in text.enumerated() {
        let fitting = (0..<9).filter { lengths[$0] <= missing }
        #expect(token == fitting.max { forced[0, place, $0] < forced[0, place, $1] })
        missing -= lengths[token]
      }
      #expect(missing == 0)
    }
  }

  @Test(
    "its actions are the decoded texts, also of wild weights and hot samples", arguments: [0, 1, 5])
  func actions(temperature: Float) throws {
    let (head, state) = (head(), uniform(300, 5))
    var random = SeededRandom(seed: 9)
    for parameter in head.parameters {
      parameter.values = parameter.values.map { 3 * $0 + random.uniform(in: -1...1) }
    }
    head.temperature = temperature
    let actions = head.actions(for: state, seed: 3)
    #expect(actions.shape == [300, 2, 3])
    let decoded = try write(head, state, temperature).flatMap {
      try head.tokenizer.decode($0).flatMap(\.values)
    }
    #expect(actions.values == decoded)
  }

  @Test("written freely, a malformed text becomes zeros, and the others stay as they are")
  func free() throws {
    let (head, state) = (head(), uniform(300, 5))
    unsettle(head)
    (head.isFree, head.temperature) = (true, 3)
    let actions = head.actions(for: state, seed: 3).values
    var random = SeededRandom(seed: 3)
    let texts = head.write(for: state, isFree: true, temperature: 3, using: &random)
    let chunks = texts.map { try? head.tokenizer.decode($0).flatMap(\.values) }
    #expect(chunks.contains { $0 == nil } && chunks.contains { $0 != nil })
    #expect(actions == chunks.flatMap { $0 ?? Array(repeating: 0, count: 6) })
  }

  @Test("the coefficients of a text's tokens, one after another, are those of the whole text")
  func coefficients() throws {
    let fast = head().tokenizer
    let values = someChunks(20, 2, 3).actions.values
    for n in 0..<20 {
      let chunk = (0..<2).map { t in
        NormalizedAction((0..<3).map { values[n * 6 + t * 3 + $0] })
      }
      let parts = try fast.encode(chunk).flatMap(fast.coefficients)
      let whole = try fast.coefficients(of: chunk).joined().map { Float($0) / Float(fast.largest) }
      #expect(parts == whole && parts.allSatisfy { abs($0) <= 1 })
    }
  }

  @Test("the loss is the mean of −ln p of the tokens of whole chunks")
  func loss() throws {
    let (head, state, expert) = (head(), uniform(4, 5), someChunks(4, 2, 3))
    unsettle(head)
    let values = expert.actions.values
    var (sum, count) = (0.0, 0.0)
    for n in 0..<4 {
      let chunk = (0..<2).map { k in
        NormalizedAction(Array(values[(n * 2 + k) * 3..<(n * 2 + k + 1) * 3]))
      }
      let text = try head.tokenizer.encode(chunk)
      for (place, token) in text.enumerated() {
        let logits = head(state.rows(at: [n]), [Array(text.prefix(place))])
        let row = (0..<9).map { Double(logits[0, place, $0]) }
        sum += log(row.reduce(0) { $0 + exp($1) }) - row[token]
        count += 1
      }
    }
    #expect(abs(Double(head.loss(state, expert).item) - sum / count) < 1e-4)
  }

  @Test("its first loss is ln V within 2 %")
  func firstLoss() {
    let (head, expert) = (head(width: 32), someChunks(200, 2, 3))
    #expect(head.expectedInitialLoss(expert) == log(Float(9)))
    #expect(abs(head.loss(uniform(200, 5), expert).item / log(Float(9)) - 1) < 0.02)
  }

  @Test("the gradient of every parameter is that of finite differences")
  func gradient() {
    let (head, state, expert) = (head(width: 4), uniform(3, 5), someChunks(3, 2, 3))
    unsettle(head)
    expectGradients(head.namedParameters) { head.loss(state, expert) }
  }

  @Test("it learns one small batch by heart, in chunks of two and four steps", arguments: [2, 4])
  func overfits(steps: Int) {
    let head = head(width: 16, steps: steps)
    let some = (0..<32).map { $0 % 4 }
    let state = uniform(4, 5).rows(at: some)
    let expert = someChunks(4, steps, 3).rows(at: some)
    head.learn(state, expert, steps: 150)
    let wanted = head.quantized(expert.actions)
    #expect((head.actions(for: state, seed: 5) - wanted).abs().mean().item < 0.02)
  }

  @Test("merges of unknown tokens, longer than a chunk, or of three are refused; so are odd widths")
  func refused() {
    let place = HeadContext(inputs: 5, chunk: 2, space: ActionSpace(dimensions: 3))
    func problem(_ configuration: FASTHead.Configuration) -> String {
      ActionHeadKind(FASTHead.self, configuration).validationError(in: place)?.description ?? ""
    }
    #expect(problem(.init(scale: 1.5, merges: Self.merges)) == "")
    #expect(problem(.init(scale: 1.5, merges: [[2, 9]])).contains("merges 2 and 9"))
    #expect(problem(.init(scale: 1.5, merges: [[2, 2], [5, 5], [6, 6]])).contains("longer"))
    #expect(problem(.init(scale: 1.5, merges: [[1, 2, 3]])).contains("a pair of tokens"))
    #expect(problem(.init(scale: -1)).contains("scale -1"))
    #expect(problem(.init(width: 6)).contains("6 is no multiple of 4"))
  }
}
