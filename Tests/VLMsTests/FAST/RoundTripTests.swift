import NanoVLA
import Tabletop
import Testing
import VLMs

@Suite struct RoundTripTests {
  private let chunks: [[NormalizedAction]] = [
    [NormalizedAction([-1, 0.4]), NormalizedAction([0, 1])],
    [NormalizedAction([0.9, -0.2]), NormalizedAction([0.1, 0.6])],
  ]

  @Test("three bins mean −0.5 and 0.5: every number is a token, and the errors are known")
  func bins() throws {
    let trip = try RoundTrip(of: chunks.flatMap { $0 }, in: ActionTokenizer(bins: 3, vocabulary: 3))
    // Edges −1, 0, 1. −1 → −.5, .4 → .5, 0 → .5, 1 → .5, .9 → .5, −.2 → −.5, .1 → .5, .6 → .5.
    let errors = [0.5, 0.1, 0.5, 0.5, 0.4, 0.3, 0.4, 0.1]
    let rms = (errors.reduce(0) { $0 + $1 * $1 } / 8).squareRoot()
    #expect(trip.tokens == 2)
    #expect(abs(trip.maximumError - 0.5) < 1e-6)
    #expect(abs(trip.rms - rms) < 1e-6)
  }

  @Test("no number is off by more than half a bin", arguments: [2, 8, 33, 256])
  func halfABin(bins: Int) throws {
    let trip = try RoundTrip(
      of: chunks.flatMap { $0 }, in: ActionTokenizer(bins: bins, vocabulary: bins))
    #expect(trip.maximumError <= 1 / Double(bins - 1) + 1e-6)
    #expect(trip.rms <= trip.maximumError)
  }

  @Test("FAST's tokens are counted, and its errors are those of the decoded chunks")
  func fast() throws {
    let tokenizer = try FASTTokenizer(trainedOn: chunks)
    let trip = try RoundTrip(of: chunks, in: tokenizer)
    var (words, worst) = (0, 0.0)
    for chunk in chunks {
      let said = try tokenizer.encode(chunk)
      words += said.count
      for (there, back) in zip(chunk, try tokenizer.decode(said)) {
        for (a, b) in zip(there.values, back.values) { worst = max(worst, Double(abs(a - b))) }
      }
    }
    #expect(trip.tokens == Double(words) / 2)
    #expect(trip.maximumError == worst)
  }
}
