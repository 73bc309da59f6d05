import NanoVLA
import Tabletop
import Testing
import VLMs

@Suite struct RoundTripTests {
  private let chunks: [[NormalizedAction]] = [
    [NormalizedAction([-1, 0.4]), NormalizedAction([0, 1])],
    [NormalizedAction([0.9, -0.2]), NormalizedAction([0.1, 0.6])],
  ]

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
