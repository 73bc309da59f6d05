import Foundation
import NanoVLA
import Tabletop
import Tensors
import Testing
import VLMs

@Suite struct FASTTokenizerTests {
  typealias Pair = BytePairEncoding.Pair

  private func chunk(_ rows: [[Float]]) -> [NormalizedAction] { rows.map(NormalizedAction.init) }

  /// A chunk of 8 × 2 whose second dimension jumps, and at last leaves [−1, 1].
  private let rows: [[Float]] = [
    [0.9, -1], [0.8, -1], [0.6, -1], [0.3, -1], [0.05, 1], [-0.25, 1], [-0.5, 1], [-0.625, 1.5],
  ]

  private func randomChunks(
    _ count: Int, steps: Int, dimensions: Int, seed: UInt64
  ) -> [[NormalizedAction]] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in
      (0..<steps).map { _ in
        NormalizedAction((0..<dimensions).map { _ in max(-1, min(1, 2 * random.normal())) })
      }
    }
  }

  // scipy.fft.dct(np.clip(rows, -1, 1), axis=0, norm="ortho"), times 10, np.round.
  private let golden = [
    [5, 0], [15, -26], [0, 0], [0, 9], [0, 0], [0, -6], [0, 0], [0, 5],
  ]

  @Test("coefficients are SciPy's, rounded, after clipping")
  func coefficients() throws {
    let fast = try FASTTokenizer(trainedOn: [chunk(rows)])
    #expect(try fast.coefficients(of: chunk(rows)) == golden)
  }

  @Test("all dimensions of the slowest wave come first, counted from the smallest coefficient")
  func order() throws {
    let fast = try FASTTokenizer(trainedOn: [chunk(rows)])
    let expected = [33, 28, 43, 2, 28, 28, 28, 37, 28, 28, 28, 22, 28, 28, 28, 33]
    #expect(try fast.symbols(of: chunk(rows)) == expected)
  }

  @Test("what comes back is SciPy's inverse of the rounded coefficients")
  func inverse() throws {
    // scipy.fft.idct(golden / 10, axis=0, norm="ortho")
    let expected: [[Float]] = [
      [0.912366, -1.018758], [0.800379, -1.013358], [0.593454, -1.014254], [0.323094, -0.998261],
      [0.030459, 0.998261], [-0.239901, 1.014254], [-0.446826, 1.013358], [-0.558812, 1.018758],
    ]
    let fast = try FASTTokenizer(trainedOn: [chunk(rows)])
    let back = try fast.decode(fast.encode(chunk(rows))).map(\.values)
    #expect(back.map(\.count) == expected.map(\.count))
    for (a, b) in zip(back.joined(), expected.joined()) { #expect(abs(a - b) < 2e-6) }
  }

  @Test("halves are rounded to the even side")
  func halves() throws {
    // Two equal numbers x have the coefficients √2·x and 0; a single number has itself.
    let fast = try FASTTokenizer(steps: 1, dimensions: 4, scale: 2, pairs: [])
    #expect(try fast.coefficients(of: chunk([[0.25, 0.75, -0.25, -0.75]])) == [[0, 2, 0, -2]])
  }

  @Test("the alphabet reaches as far as any chunk of [−1, 1] can", arguments: [1, 2, 3, 8, 50])
  func extremes(T: Int) throws {
    let up = chunk(Array(repeating: [1, -1], count: T))
    let zigzag = chunk((0..<T).map { $0 % 2 == 0 ? [1, -1] : [-1, 1] })
    let fast = try FASTTokenizer(trainedOn: [chunk(Array(repeating: [0, 0], count: T))])
    let M = Int((10 * Double(T).squareRoot()).rounded())
    #expect((fast.largest, fast.alphabet) == (M, 2 * M + 1))
    #expect(try fast.coefficients(of: up)[0] == [M, -M])
    for extreme in [up, zigzag] {
      let tokens = try fast.encode(extreme)
      #expect(try fast.coefficients(in: tokens) == fast.coefficients(of: extreme))
    }
  }

  @Test("any chunk can be said, and nothing is lost after rounding")
  func lossless() throws {
    let fast = try FASTTokenizer(
      trainedOn: randomChunks(100, steps: 8, dimensions: 3, seed: 1), vocabulary: 300)
    #expect(fast.vocabulary == 300)
    for chunk in randomChunks(500, steps: 8, dimensions: 3, seed: 2) {
      let tokens = try fast.encode(chunk)
      #expect(tokens.count <= 24)
      #expect(tokens.allSatisfy { (0..<300).contains($0) })
      #expect(try fast.coefficients(in: tokens) == fast.coefficients(of: chunk))
    }
  }

  @Test("a longer chunk of more dimensions and another scale work as well")
  func otherShapes() throws {
    let chunks = randomChunks(10, steps: 50, dimensions: 14, seed: 3)
    let fast = try FASTTokenizer(trainedOn: chunks, scale: 25)
    for chunk in chunks {
      let back = try fast.decode(fast.encode(chunk))
      #expect(back.map(\.count) == Array(repeating: 14, count: 50))
      #expect(try fast.coefficients(in: fast.encode(chunk)) == fast.coefficients(of: chunk))
    }
  }

  @Test("tokens that spell no chunk are an error, not a motion")
  func malformed() throws {
    let zeros = chunk(Array(repeating: [0, 0], count: 8))
    let fast = try FASTTokenizer(trainedOn: [zeros, zeros])
    #expect(try fast.encode(zeros).count == 1)
    let last = fast.vocabulary - 1
    for (tokens, found) in [
      ([], 0), ([28], 1), (Array(repeating: 0, count: 17), 17), ([last, 0], 17),
    ] {
      let error = FASTError.wrongCount(
        tokens: tokens.count, found: found, steps: 8, dimensions: 2)
      #expect(throws: error) { try fast.decode(tokens) }
    }
    for bad in [-1, fast.vocabulary, Int.max, Int.min] {
      let error = FASTError.unknownToken(bad, place: 1, vocabulary: fast.vocabulary)
      #expect(throws: error) { try fast.decode([0, bad]) }
    }
    let lots = Array(repeating: last, count: 100_000)
    #expect(throws: FASTError.self) { try fast.decode(lots) }
  }

  @Test("chunks of another length, of other dimensions, and NaN are refused")
  func badChunks() throws {
    let fast = try FASTTokenizer(trainedOn: [chunk(rows)])
    #expect(throws: FASTError.wrongSteps(expected: 8, found: 7)) {
      try fast.encode(chunk(Array(rows.dropLast())))
    }
    #expect(throws: FASTError.wrongSteps(expected: 8, found: 0)) { try fast.encode([]) }
    var narrow = rows
    narrow[3] = [1]
    #expect(throws: ActionError.self) { try fast.encode(chunk(narrow)) }
    for bad in [Float.nan, .infinity] {
      var broken = rows
      broken[7][1] = bad
      #expect(throws: ActionError.self) { try fast.encode(chunk(broken)) }
    }
  }

  @Test("training refuses nothing, unequal chunks, NaN and a vocabulary below the alphabet")
  func badTraining() throws {
    let good = chunk(rows)
    func train(
      _ chunks: [[NormalizedAction]], vocabulary: Int = 1024, scale: Double = 10
    ) throws { _ = try FASTTokenizer(trainedOn: chunks, vocabulary: vocabulary, scale: scale) }

    #expect(throws: FASTError.noChunks) { try train([]) }
    #expect(throws: FASTError.badShape(steps: 0, dimensions: 0)) { try train([[]]) }
    #expect(throws: FASTError.badShape(steps: 2, dimensions: 0)) { try train([chunk([[], []])]) }
    #expect(throws: FASTError.badShape(steps: 1025, dimensions: 1)) {
      try train([chunk(Array(repeating: [0], count: 1025))])
    }
    #expect(throws: FASTError.wrongSteps(expected: 8, found: 7)) {
      try train([good, Array(good.dropLast())])
    }
    #expect(throws: ActionError.self) { try train([good, chunk(rows.map { $0 + [0] })]) }
    #expect(throws: ActionError.self) { try train([chunk([[.nan]])]) }
    for vocabulary in [56, 0, -1, .min] {
      #expect(throws: FASTError.vocabularyTooSmall(vocabulary, alphabet: 57)) {
        try train([good], vocabulary: vocabulary)
      }
    }
    try train([good], vocabulary: 57)
    for scale in [0, -1, Double.infinity, 1e300] {
      #expect(throws: FASTError.badScale(scale, steps: 8)) { try train([good], scale: scale) }
    }
    #expect(throws: FASTError.self) { try train([good], scale: .nan) }
  }

  @Test("errors are one line that says what was expected and found")
  func messages() {
    let error = FASTError.wrongCount(tokens: 3, found: 40, steps: 8, dimensions: 7)
    #expect(
      "\(error)" == "3 FAST tokens decode to 40 coefficients, 8 steps × 7 dimensions are 56")
    #expect(
      "\(FASTError.unknownToken(99, place: 2, vocabulary: 60))"
        == "FAST token 99 at place 2 is unknown, ids are 0 … 59")
    #expect(
      "\(FASTError.vocabularyTooSmall(56, alphabet: 57))"
        == "vocabulary of 56 FAST tokens, the alphabet alone has 57; ask for more")
  }

  @Test("an episode is cut into a chunk for each step, short ones repeat the last action")
  func chunks() {
    let episode = chunk([[1], [2], [3]])
    let cut = FASTTokenizer.chunks(of: episode, steps: 4).map { $0.map { $0.values[0] } }
    #expect(cut == [[1, 2, 3, 3], [2, 3, 3, 3], [3, 3, 3, 3]])
    #expect(FASTTokenizer.chunks(of: [], steps: 4) == [])
  }

  @Test("learned on the bundled demonstrations, it says fresh ones with few words and small errors")
  func demonstrations() throws {
    let statistics = try ActionStatistics.bundled()
    func chunks(_ demonstration: Demonstration) throws -> [[NormalizedAction]] {
      let episode = try demonstration.actions.map { try statistics.normalized(RobotAction($0)) }
      return FASTTokenizer.chunks(of: episode, steps: 8)
    }
    let known = try DemonstrationDataset.bundled().demonstrations.flatMap(chunks)
    let fast = try FASTTokenizer(trainedOn: known)
    let again = try FASTTokenizer(trainedOn: known)
    #expect(fast == again)

    let fresh = (500..<600).compactMap {
      Demonstration.record(suite: .object, seed: $0, imageSize: 16)
    }
    #expect(fresh.count > 90)
    let transform = DiscreteCosineTransform(count: 8)
    var (tokens, squares, count, worst) = (0, 0.0, 0, 0.0)
    for chunk in try fresh.flatMap(chunks) {
      let said = try fast.encode(chunk)
      let back = try fast.decode(said)
      tokens += said.count
      count += 1
      for a in 0..<7 {
        let (x, y) = (chunk.map { Double($0.values[a]) }, back.map { Double($0.values[a]) })
        squares += zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        worst = max(worst, zip(transform(x), transform(y)).map { abs($0 - $1) }.max()!)
      }
    }
    let (mean, rms) = (Double(tokens) / Double(count), (squares / Double(count * 56)).squareRoot())
    #expect(worst <= 0.05 + 1e-6)
    #expect(rms <= 0.05)
    #expect(mean <= 28)
  }
}
