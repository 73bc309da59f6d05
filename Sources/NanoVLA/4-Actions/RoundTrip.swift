// A round trip: actions are said in words and read back. How many words did it take, and what was
// lost?
//
// Why: every tokenizer pays with one of the two. More bins round less, but each has fewer examples to
// be learned from; words for whole motions are few, but harder to choose. These three numbers are
// what there is to compare before anything is trained.
//
// T  steps in a chunk      A  action dimensions
//
// Reference: Pertsch et al., "FAST: Efficient Action Tokenization" (2025), section VI, table I.

/// The words and the rounding of chunks of actions that were said and read back.
public struct RoundTrip: Sendable, Equatable {
  /// Of one chunk, on average.
  public let words: Double
  /// The root of the mean squared error of a number.
  public let rms: Double
  /// The largest error of any number.
  public let worst: Double

  /// In bins: each of the T·A numbers is a word of its own.
  public init(of chunks: [[NormalizedAction]], in tokenizer: ActionTokenizer) throws {
    try self.init(of: chunks) { chunk in
      let said = try chunk.map(tokenizer.encode)
      return (said.joined().count, said.map { tokenizer.decode($0) })
    }
  }

  /// In waves: a chunk is said as a whole.
  public init(of chunks: [[NormalizedAction]], in tokenizer: FASTTokenizer) throws {
    try self.init(of: chunks) { chunk in
      let said = try tokenizer.encode(chunk)
      return (said.count, try tokenizer.decode(said))
    }
  }

  /// - Parameters:
  ///   - chunks: at least one, of at least one number.
  ///   - there: a chunk's words, counted, and what they mean.
  private init(
    of chunks: [[NormalizedAction]],
    there: ([NormalizedAction]) throws -> (words: Int, back: [NormalizedAction])
  ) throws {
    let trips = try chunks.map(there)
    let errors = zip(chunks, trips).flatMap { chunk, trip in
      zip(chunk, trip.back).flatMap { zip($0.values, $1.values).map { Double(abs($0 - $1)) } }
    }
    guard let worst = errors.max() else { fatalError("round trip: \(chunks.count) empty chunks") }
    self.worst = worst
    words = Double(trips.reduce(0) { $0 + $1.words }) / Double(chunks.count)
    rms = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
  }
}
