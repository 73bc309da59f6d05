import Tabletop

/// Six numbers that summarize each column of a table: what an action dimension did in all episodes.
///
/// The range is that of q01 and q99, the 1st and 99th percentile, and not of the extremes: one jerk
/// of the teleoperator would otherwise squeeze all ordinary actions into a few bins.
///
/// - Letters: N rows (time steps of all demonstrations), A columns (action dimensions).
/// - Reference: openvla/openvla, prismatic/vla/datasets/rlds/utils/data_utils.py,
///   `get_dataset_statistics`.
public struct DimensionStatistics: Sendable, Equatable {
  public let mean, std, max, min: [Float]
  /// The 1st and 99th percentile: 98 % of the data lie between them.
  public let q01, q99: [Float]
  /// The number of dimensions, A.
  public var count: Int { q01.count }

  /// Summarizes `rows`, `[N, A]`. Refuses an empty table, rows of unequal length, NaN and infinity,
  /// in an error that calls them `what`: "action 17: dimension 2 is nan".
  public init(of rows: [[Float]], _ what: String = "row") throws(ActionError) {
    guard let first = rows.first, !first.isEmpty else { throw .noData(what) }
    for (index, row) in rows.enumerated() {
      try ActionError.check(row, "\(what) \(index)", dimensions: first.count)
    }
    let columns = first.indices.map { column in rows.map { $0[column] }.sorted() }  // → [A, N]
    (min, max) = (columns.map { $0[0] }, columns.map { $0[$0.count - 1] })
    (q01, q99) = (
      columns.map { quantile(0.01, ofSorted: $0) }, columns.map { quantile(0.99, ofSorted: $0) }
    )
    (mean, std) = (columns.map { Float(average($0)) }, columns.map(standardDeviation))
  }

  /// Statistics computed before. Refuses unequal lengths, NaN, infinity and q01 above q99.
  public init(
    mean: [Float], std: [Float], max: [Float], min: [Float], q01: [Float], q99: [Float],
    _ what: String = "statistics"
  ) throws(ActionError) {
    guard !q01.isEmpty else { throw .noData(what) }
    for (name, values) in [
      ("mean", mean), ("std", std), ("max", max), ("min", min), ("q01", q01), ("q99", q99),
    ] {
      try ActionError.check(values, "\(what) \(name)", dimensions: q01.count)
    }
    if let bad = q01.indices.first(where: { q01[$0] > q99[$0] }) {
      throw .reversedQuantiles(what, dimension: bad, q01: q01[bad], q99: q99[bad])
    }
    (self.mean, self.std, self.max, self.min) = (mean, std, max, min)
    (self.q01, self.q99) = (q01, q99)
  }
}

extension DimensionStatistics {
  /// The same statistics in five decimals, as a dataset's file holds them.
  func inFiveDecimals() throws(ActionError) -> DimensionStatistics {
    func rounded(_ values: [Float]) -> [Float] { values.map(\.toFiveDecimals) }
    return try DimensionStatistics(
      mean: rounded(mean), std: rounded(std), max: rounded(max), min: rounded(min),
      q01: rounded(q01), q99: rounded(q99))
  }
}

/// The quantile as NumPy computes it: place `q·(N − 1)` of the sorted values, interpolated
/// linearly. The .5 quantile of 1, 2, 3, 10 is at place 1.5, so 2.5.
private func quantile(_ q: Double, ofSorted values: [Float]) -> Float {
  let place = q * Double(values.count - 1)
  let below = Int(place)
  let above = Swift.min(below + 1, values.count - 1)
  let (low, high) = (Double(values[below]), Double(values[above]))
  return Float(low + (high - low) * (place - Double(below)))
}

private func average(_ values: [Float]) -> Double {
  values.reduce(0) { $0 + Double($1) } / Double(values.count)
}

/// The standard deviation of the population, divided by N as NumPy's `std`.
private func standardDeviation(_ values: [Float]) -> Float {
  let mean = average(values)
  let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  return Float((squares / Double(values.count)).squareRoot())
}
