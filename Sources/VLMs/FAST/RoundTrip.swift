import NanoVLA

/// What it costs to encode chunks of actions as tokens and decode them: tokens or error. More bins have
/// a smaller error, but fewer examples each.
///
/// - Letters: T steps in a chunk, A action dimensions.
/// - Reference: Pertsch et al., "FAST: Efficient Action Tokenization" (2025), §VI, table I.
public struct RoundTrip: Sendable, Equatable {
  /// Tokens of one chunk, the mean.
  public let tokens: Double
  /// The root of the mean squared error of a normalized number.
  public let rms: Double
  /// The largest error of a normalized number.
  public let maximumError: Double

  /// Measures `encode`, `[T, A]` → ids, and `decode`, ids → `[T, A]`, on N `chunks`.
  public init(
    of chunks: [[NormalizedAction]], encode: ([NormalizedAction]) throws -> [Int],
    decode: ([Int]) throws -> [NormalizedAction]
  ) rethrows {
    let ids = try chunks.map(encode)
    let pairs = zip(chunks.joined(), try ids.flatMap(decode))
    let errors = pairs.flatMap { zip($0.values, $1.values).map { Double(abs($0 - $1)) } }
    guard let largest = errors.max() else { fatalError("RoundTrip: \(chunks.count) empty chunks") }
    maximumError = largest
    tokens = Double(ids.joined().count) / Double(chunks.count)
    rms = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
  }
}
