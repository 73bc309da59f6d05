/// The losses of a training, one for each step, as reports show them.
extension [Float] {
  /// The mean of the last 100 steps.
  var recentMean: Double {
    let last = suffix(100)
    return Double(last.reduce(0, +)) / Double(Swift.max(1, last.count))
  }

  /// The mean of each 50 steps, with the number of the last of them.
  var means: [(step: Int, loss: Double)] {
    stride(from: 0, to: count, by: 50).map { first in
      let part = self[first..<Swift.min(first + 50, count)]
      return (first + part.count, Double(part.reduce(0, +)) / Double(part.count))
    }
  }

  /// ``means`` for metrics.jsonl.
  var jsonLines: String {
    means.map { #"{"loss":\#($0.loss),"step":\#($0.step)}"# + "\n" }.joined()
  }
}
