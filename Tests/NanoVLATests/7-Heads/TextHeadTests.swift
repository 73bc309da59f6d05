import Files
import Foundation
import TestSupport
import Testing
import VLMs

@testable import NanoVLA
@testable import Tabletop
@testable import Tensors

@Suite struct TextHeadTests {
  /// A small head: 5 state numbers, 2 steps of 3 numbers.
  private func head(
    bins: Int = 6, width: Int = 8, depth: Int = 1, words: [String] = ["the", "red", "cup"],
    chunk: Int = 2
  ) -> TextHead {
    var random = SeededRandom(seed: 1)
    return TextHead(
      .init(bins: bins, width: width, depth: depth, words: words),
      for: .init(inputs: 5, chunk: chunk, space: ActionSpace(dimensions: 3)), using: &random)
  }

  @Test("one vocabulary: padding, two prompts, the integers as text, the words")
  func vocabulary() throws {
    let text = head().text
    let tokens = ["action", "caption", "0", "1", "2", "3", "4", "5", "the", "red", "cup"]
    #expect(text.vocabulary == tokens && text.count == 12)
    #expect(try text.encode("caption the red cup").prefix(5) == [2, 9, 10, 11, 0])
  }

  @Test("an expert's chunk is the string of its bins; a repeated step ends it")
  func strings() throws {
    let head = head()
    let numbers: [Float] = [-1, -0.59, 0, 0.3, 0.7, 1]
    let digits = numbers.map { x in (0..<6).last { -1 + 0.4 * Float($0) <= x + 1e-6 }! }
    func expected(_ digits: ArraySlice<Int>) throws -> [Int] {
      try head.text.encode("action " + digits.map(String.init).joined(separator: " "))
    }
    let expert = ActionChunks(
      actions: Tensor(numbers + numbers, shape: [2, 2, 3]),
      weights: Tensor([1, 1, 1, 0], shape: [2, 2, 1]))
    #expect(head.texts(of: expert) == [try expected(digits[...]), try expected(digits[..<3])])
  }

  @Test("teacher forcing gives the logits of writing one token after another")
  func teacherForcing() {
    let (head, state) = (head(depth: 2), uniform(4, 5))
    unsettle(head)
    let texts = head.texts(of: someChunks(4, 2, 3)).map { Array($0.dropLast()) }
    let forced = head(state, texts)  // [4, T, V]
    #expect(forced.shape == [4, texts[0].count, 12])
    for T in 1...texts[0].count {
      let written = head(state, texts.map { Array($0.prefix(T)) }).sliced(axis: 1, T - 1..<T)
      #expect(
        maximumDifference(written.values, forced.sliced(axis: 1, T - 1..<T).values) < 1e-5)
    }
  }

  @Test("greedy writing is the best integer after the best integers before it")
  func greedy() {
    let (head, state) = (head(), uniform(3, 5))
    unsettle(head)
    var texts = Array(repeating: [1], count: 3)
    for T in 1...6 {
      let logits = head(state, texts)
      for n in 0..<3 {
        texts[n].append((3..<9).max { logits[n, T - 1, $0] < logits[n, T - 1, $1] }!)
      }
    }
    var random = SeededRandom(seed: 1)
    let strings = head.actionStrings(for: state, using: &random)
    #expect(strings == texts.map { $0.dropFirst().map { "\($0 - 3)" }.joined(separator: " ") })
    let centers = texts.flatMap { $0.dropFirst().map { -0.8 + 0.4 * Float(min($0 - 3, 4)) } }
    #expect(maximumDifference(head.actions(for: state).values, centers) < 1e-6)
  }

  @Test(
    "every string is an action, however much the head prefers words and ends", arguments: [0, 1, 4])
  func constrained(temperature: Float) throws {
    let (head, state) = (head(), uniform(200, 5))
    unsettle(head)
    var bias = head.output.bias!.values
    for token in [0, 1, 2, 9, 10, 11] { bias[token] += 30 }
    head.output.bias!.values = bias
    head.temperature = temperature
    var random = SeededRandom(seed: 2)
    for string in head.actionStrings(for: state, using: &random) {
      let bins = string.split(separator: " ").map { Int($0) }
      #expect(bins.count == 6)
      #expect(bins.allSatisfy { $0 != nil && 0..<6 ~= $0! }, "\(string)")
    }
    // Nothing holds captions to integers.
    #expect(head.captions(for: state).allSatisfy { Int($0.prefix { $0 != " " }) == nil })
  }

  @Test("at a temperature the first integer is drawn as often as its softmax says")
  func sampled() {
    let head = head()
    unsettle(head)
    head.output.weight.values = head.output.weight.values.map { $0 * 4 }
    head.temperature = 1.5
    let state = uniform(1, 5).rows(at: Array(repeating: 0, count: 8000))
    let logits = (0..<6).map {
      Double(head(state.rows(at: [0]), [[1]])[0, 0, 3 + $0]) / 1.5
    }
    let sum = logits.reduce(0) { $0 + exp($1) }
    var random = SeededRandom(seed: 4)
    var counts = [Double](repeating: 0, count: 6)
    for string in head.actionStrings(for: state, using: &random) {
      counts[Int(string.prefix { $0 != " " })!] += 1
    }
    let chiSquare = zip(counts, logits).reduce(0) { total, bin in
      let expected = 8000 * exp(bin.1) / sum
      return total + (bin.0 - expected) * (bin.0 - expected) / expected
    }
    #expect(chiSquare < 30)  // five degrees of freedom exceed 30 once in 60,000 tests
  }

  @Test("the loss is the mean of −ln p of every next token, captions and their ends included")
  func loss() throws {
    let (head, state, expert) = (head(), uniform(3, 5), someChunks(3, 2, 3))
    unsettle(head)
    let captions = ["the red cup", "cup"]
    let described = uniform(2, 5, seed: 9)
    try head.coTrain(on: described, captions: captions)
    var random = SeededRandom(seed: 0)  // in the head's order: a caption for each chunk
    let drawn = (0..<3).map { _ in random.integer(below: 2) }
    var texts = head.texts(of: expert).map { ids in (ids, ids.count { $0 != 0 }) }
    var states = (0..<3).map { state.rows(at: [$0]) }
    for index in drawn {
      let ids = try head.text.encode("caption " + captions[index])
      texts.append((ids, ids.count { $0 != 0 }))
      states.append(described.rows(at: [index]))
    }
    var (sum, count) = (0.0, 0.0)
    for ((ids, length), state) in zip(texts, states) {
      for place in 0..<length {  // the last predicts the end
        let logits = head(state, [Array(ids.prefix(place + 1))])
        let row = (0..<12).map { Double(logits[0, place, $0]) }
        sum += log(row.reduce(0) { $0 + exp($1) }) - row[ids[place + 1]]
        count += 1
      }
    }
    #expect(abs(Double(head.loss(state, expert).item) - sum / count) < 1e-4)
  }

  @Test("its first loss is ln V within 2 %, with captions too")
  func firstLoss() throws {
    let (head, state, expert) = (head(bins: 32, width: 32), uniform(100, 5), someChunks(100, 2, 3))
    #expect(head.expectedInitialLoss(expert) == log(Float(1 + 2 + 32 + 3)))
    try head.coTrain(on: uniform(2, 5), captions: ["the red cup", "the cup"])
    #expect(abs(head.loss(state, expert).item / head.expectedInitialLoss(expert) - 1) < 0.02)
  }

  @Test("the gradient of every parameter is that of finite differences")
  func gradient() throws {
    let (head, state, expert) = (head(bins: 3, width: 4), uniform(2, 5), someChunks(2, 2, 3))
    unsettle(head)
    try head.coTrain(on: uniform(2, 5, seed: 8), captions: ["the red cup", "the cup"])
    expectGradients(head.namedParameters) { head.loss(state, expert) }
  }

  @Test("co-trained, it learns actions and captions by heart; actions alone teach no caption")
  func coTraining() throws {
    let some = (0..<32).map { $0 % 4 }
    let state = uniform(4, 5).rows(at: some)
    let expert = someChunks(4, 2, 3).rows(at: some)
    let captions = ["the red cup", "the cup", "red cup the", "cup"]
    func learned(_ coTrains: Bool) throws -> (error: Float, right: Int) {
      let head = head(width: 16)
      let described = uniform(4, 5, seed: 9)
      if coTrains { try head.coTrain(on: described, captions: captions) }
      head.learn(state, expert, steps: 120)
      let error = expert.mean(of: (head.actions(for: state) - head.quantized(expert.actions)).abs())
      return (error.item, zip(head.captions(for: described), captions).count { $0 == $1 })
    }
    let both = try learned(true)
    #expect(both.error < 0.02 && both.right == 4)
    let alone = try learned(false)
    #expect(alone.error < 0.02 && alone.right == 0)
  }

  @Test("captions with unknown words and widths that no head can divide are refused")
  func refused() {
    let error = #expect(throws: InstructionError.self) {
      try head().coTrain(on: uniform(1, 5), captions: ["the glass"])
    }
    #expect(error.map { "\($0)" }?.contains("unknown word \"glass\"") == true)
    let place = HeadContext(inputs: 5, chunk: 2, space: .tabletop)
    for width in [0, 6, -4, 1 << 20] {
      let kind = ActionHeadKind(TextHead.self, .init(width: width))
      #expect("\(kind.validationError(in: place)!)".contains("\(width) is no multiple of 4"))
    }
    #expect(ActionHeadKind.text.validationError(in: place) == nil)
  }
}
