import NanoVLA
import Tabletop
import Testing
import VLMs

@Suite struct ActionTokenizerTests {
  private static let points: [Float] = [
    -1.5, -1, -0.9999, -0.5, -0.0078125, -1e-6, 0, 1e-6, 0.003921569, 0.1, 0.25, 0.5, 0.75, 0.99,
    0.999, 1, 2,
  ]

  @Test(
    "the ids are those of NumPy's linspace and digitize",
    arguments: [
      (
        256, 32000,
        [
          31999, 31999, 31999, 31936, 31873, 31872, 31872, 31872, 31871, 31859, 31840, 31808, 31776,
          31746, 31745, 31744, 31744,
        ]
      ),
      (32, 32, [31, 31, 31, 24, 16, 16, 16, 16, 16, 14, 12, 8, 4, 1, 1, 0, 0]),
      (5, 5, [4, 4, 4, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0]),
    ])
  func golden(bins: Int, vocabulary: Int, ids: [Int]) throws {
    let tokenizer = ActionTokenizer(bins: bins, vocabulary: vocabulary)
    #expect(try tokenizer.encode(NormalizedAction(Self.points)) == ids)
  }

  @Test("OpenVLA's anchors: −1, 0 and +1, and +1 decodes to 0.99608")
  func anchors() throws {
    let tokenizer = ActionTokenizer()
    #expect(try tokenizer.encode(NormalizedAction([-1, 0, 1])) == [31999, 31872, 31744])
    let decoded = tokenizer.decode([31999, 31872, 31745, 31744]).values
    // NumPy's centres, rounded to Float.
    #expect(decoded == [-0.9960784316062927, 0, 0.9960784316062927, 0.9960784316062927])
  }

  @Test("the largest round-trip error is half a bin: 0.00392 for 256 bins")
  func roundTripError() throws {
    for bins in [2, 4, 5, 32, 64, 255, 256] {
      let tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
      let points = NormalizedAction((0...20_000).map { Float($0) / 10_000 - 1 })
      let back = tokenizer.decode(try tokenizer.encode(points))
      let worst = zip(points.values, back.values).map { abs($0 - $1) }.max()!
      #expect(abs(worst - 1 / Float(bins - 1)) < 2e-4)
      if bins == 256 { #expect(abs(worst - 0.00392) < 5e-6) }
    }
  }

  @Test("digitize agrees with counting the edges one by one, at the edges and beside them")
  func bruteForce() throws {
    for bins in [2, 3, 4, 7, 32, 256, 1000] {
      let tokenizer = ActionTokenizer(bins: bins, vocabulary: bins)
      let edges = (0..<bins).map { Float(-1 + 2 * Double($0) / Double(bins - 1)) }
      let points = edges.flatMap { [$0.nextDown, $0, $0.nextUp] }
      let counted = points.map { x in
        tokenizer.edges.reduce(0) { $0 + ($1 <= Double(min(max(x, -1), 1)) ? 1 : 0) }
      }
      let classes = try tokenizer.classes(of: NormalizedAction(points))
      #expect(classes == counted.map { $0 - 1 })
      #expect(try tokenizer.encode(NormalizedAction(points)) == counted.map { bins - $0 })
    }
  }

  @Test("32 bins are 32 edges, 31 centres, and classes 0 … 31")
  func thirtyTwo() throws {
    let tokenizer = ActionTokenizer(bins: 32, vocabulary: 32)
    #expect(tokenizer.edges.count == 32)
    #expect(tokenizer.centers.count == 31)
    #expect(tokenizer.edges.first == -1)
    #expect(tokenizer.edges.last == 1)
    #expect(try tokenizer.classes(of: NormalizedAction([-1, 0, 1])) == [0, 15, 31])
    #expect(tokenizer.decode(classes: [0, 15, 30]).values == tokenizer.decode([31, 16, 1]).values)
    #expect(tokenizer.decode(classes: [31]) == tokenizer.decode(classes: [30]))
  }

  @Test("ids that mean no action are clipped to the nearest that does, however absurd")
  func absurdIDs() {
    let tokenizer = ActionTokenizer()
    let low = Float(-0.9960784316062927)
    #expect(
      tokenizer.decode([.max, 32000, 5, 0, -1, .min]).values == [low, low, -low, -low, -low, -low])
    #expect(tokenizer.decode(classes: [.min, .max]).values == [low, -low])
  }

  @Test("three bins mean −0.5 and 0.5: the errors are known")
  func errors() throws {
    let actions = [[-1, 0.4], [0, 1], [0.9, -0.2], [0.1, 0.6]].map { NormalizedAction($0) }
    let found = try ActionTokenizer(bins: 3, vocabulary: 3).errors(of: actions)
    // Edges −1, 0, 1. −1 → −.5, .4 → .5, 0 → .5, 1 → .5, .9 → .5, −.2 → −.5, .1 → .5, .6 → .5.
    let expected = [0.5, 0.1, 0.5, 0.5, 0.4, 0.3, 0.4, 0.1]
    #expect(found.count == 8 && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test("no number is off by more than half a bin", arguments: [2, 8, 33, 256])
  func halfABin(bins: Int) throws {
    let actions = (-40...40).map { NormalizedAction([Float($0) / 40]) }
    let errors = try ActionTokenizer(bins: bins, vocabulary: bins).errors(of: actions)
    #expect(errors.count == 81 && errors.allSatisfy { $0 <= 1 / Double(bins - 1) + 1e-6 })
  }

  @Test("NaN and infinity are refused")
  func notFinite() {
    let tokenizer = ActionTokenizer(bins: 32, vocabulary: 32)
    for bad in [Float.nan, .infinity] {
      let error = #expect(throws: ActionError.self) {
        try tokenizer.encode(NormalizedAction([0, bad]))
      }
      let text = "\(error!)"
      #expect(text.hasPrefix("normalized action: dimension 1 is \(bad)"))
    }
  }
}
