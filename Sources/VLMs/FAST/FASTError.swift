import NanoVLA

/// Chunks that cannot be encoded and tokens that cannot be decoded: what was expected and what was
/// found.
public enum FASTError: Error, Equatable, Sendable, CustomStringConvertible {
  case noChunks
  case badShape(steps: Int, dimensions: Int)
  case badScale(Double, steps: Int)
  case wrongSteps(expected: Int, found: Int)
  case vocabularyTooSmall(Int, alphabet: Int)
  case badMerge(Int, Int, token: Int)
  case unknownToken(Int, place: Int, vocabulary: Int)
  case wrongCount(tokens: Int, found: Int, steps: Int, dimensions: Int)

  public var description: String {
    switch self {
    case .noChunks:
      "no chunk of actions to learn FAST tokens from; give at least one"
    case .badShape(let steps, let dimensions):
      "chunks of \(steps) steps of \(dimensions) dimensions; FAST takes 1 … \(Self.mostSteps) steps "
        + "and at least 1 dimension, at most \(Self.mostNumbers) numbers in all"
    case .badScale(let scale, let steps):
      "FAST scale \(scale) for \(steps) steps; it must be above 0, and scale·√steps at most "
        + "\(Self.mostNumbers)"
    case .wrongSteps(let expected, let found):
      "chunk of \(found) steps, \(expected) are expected; repeat the last action of a short one"
    case .vocabularyTooSmall(let vocabulary, let alphabet):
      "vocabulary of \(vocabulary) FAST tokens, the alphabet alone has \(alphabet); ask for more"
    case .badMerge(let left, let right, let token):
      "FAST token \(token) merges \(left) and \(right): both must come before it, and together be "
        + "no longer than a chunk"
    case .unknownToken(let token, let place, let vocabulary):
      "FAST token \(token) at place \(place) is unknown, ids are 0 … \(vocabulary - 1)"
    case .wrongCount(let tokens, let found, let steps, let dimensions):
      "\(tokens) FAST tokens decode to \(found) coefficients, \(steps) steps × \(dimensions) dimensions "
        + "are \(steps * dimensions)"
    }
  }

  /// The cosine table has T² numbers, and a damaged file must not fill the memory.
  static let mostSteps = 1024
  static let mostNumbers = 1 << 18

  /// M = round(scale·√T), if the shape and the scale can be used.
  static func largestCoefficient(
    steps: Int, dimensions: Int, scale: Double
  ) throws(FASTError) -> Int {
    guard (1...mostSteps).contains(steps), (1...mostNumbers / steps).contains(dimensions) else {
      throw .badShape(steps: steps, dimensions: dimensions)
    }
    let largest = scale * Double(steps).squareRoot()
    guard scale > 0, largest <= Double(mostNumbers) else {
      throw .badScale(scale, steps: steps)
    }
    return Int(largest.rounded(.toNearestOrEven))
  }

  /// Refuses a `chunk` that is not exactly `[steps, dimensions]` finite numbers.
  static func check(_ chunk: [NormalizedAction], steps: Int, dimensions: Int) throws {
    guard chunk.count == steps else {
      throw FASTError.wrongSteps(expected: steps, found: chunk.count)
    }
    for (t, action) in chunk.enumerated() {
      try ActionError.check(
        action.values, "step \(t) of the chunk, normalized action", dimensions: dimensions)
    }
  }
}
