import Files
import NanoVLA

/// ``GRPOMetrics`` as lines of metrics.jsonl, and as a checkpoint keeps them.
extension GRPOMetrics {
  /// One line of JSON.
  /// - Throws: `EncodingError` if a number is not finite; see ``nonFinite``.
  public func jsonLine() throws -> String { try JSONWriter.text(self, spaced: false) }

  /// The name of the first measurement that is NaN or infinite, as those of a policy with a huge weight
  /// are; nil if there is none.
  public var nonFinite: String? {
    let measured = [
      ("success", success), ("clipFraction", clipFraction), ("approximateKL", approximateKL),
      ("entropy", entropy ?? 0), ("startKL", startKL ?? 0), ("greedySuccess", greedySuccess ?? 0),
    ]
    return measured.first { !$0.1.isFinite }?.0
  }

  /// Whether these can be the measurements of iteration `number`; a checkpoint may be damaged.
  func isIteration(_ number: Int) -> Bool {
    iteration == number && 2...1000 ~= groupSize && 1...100_000 ~= successes.count
      && successes.allSatisfy { 0...groupSize ~= $0 } && 0...successes.count ~= groupsKept
      && 0...Self.maximumSteps ~= steps && nonFinite == nil
  }

  /// More executed actions than any iteration has.
  private static let maximumSteps = 1 << 40
}
