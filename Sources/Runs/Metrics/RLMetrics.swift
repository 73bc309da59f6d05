import Files
import NanoVLA

/// ``GRPOMetrics`` as lines of metrics.jsonl, and as a checkpoint keeps them.
extension GRPOMetrics {
  /// One line of JSON. Its numbers are finite, so it always encodes.
  public var jsonLine: String {
    try! JSONWriter.text(self, spaced: false)
  }

  /// Whether these can be the measurements of iteration `number`; a checkpoint may be damaged.
  func isIteration(_ number: Int) -> Bool {
    iteration == number && 2...1000 ~= groupSize && !successes.isEmpty
      && successes.allSatisfy { 0...groupSize ~= $0 } && 0...successes.count ~= groupsKept
  }
}
