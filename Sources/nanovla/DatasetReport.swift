import Blackboard
import Foundation
import NanoVLA
import Simulators

/// What `nanovla data show` prints of a dataset.
struct DatasetReport: Encodable {
  let name, actions: String
  let episodes, steps, width, height, positions: Int
  let shortest, longest: Int
  let rate: Float
  let stateNames: [String]
  let cameras: [String]
  /// Episodes by instruction.
  let instructions: [String: Int]
  let dimensions: [Dimension]
  /// The range of the actions in each scaling.
  let scaled: [String: [Float]]

  /// One action dimension: our statistics and the dataset's own.
  struct Dimension: Encodable {
    let name, unit: String
    let q01, q99, min, max, mean, std: Float
    let own: [String: Float]?
  }

  /// - Parameter kindIsKnown: false if nobody says what the actions are measured from.
  init(_ source: any EpisodeSource, kindIsKnown: Bool) throws {
    let (header, foreign) = (source.header, source as? ForeignDataset)
    let statistics = try source.statistics()
    (name, positions, stateNames) = (header.name, header.positionCount, header.stateNames)
    actions = kindIsKnown ? header.actions.rawValue : "absolute, relative or delta"
    (episodes, steps) = (source.episodes.count, source.stepCount)
    (width, height) = (header.imageSize!.width, header.imageSize!.height)
    let lengths = source.episodes.map(\.steps)
    (shortest, longest) = (lengths.min()!, lengths.max()!)
    (rate, cameras) = (header.space.controlRate, foreign?.cameras ?? [])
    instructions = source.episodes.reduce(into: [:]) { $0[$1.instruction, default: 0] += 1 }
    let own = foreign?.ownStatistics["action"] ?? [:]
    dimensions = header.space.dimensions.enumerated().map { d, dimension in
      let s = statistics.action
      return Dimension(
        name: dimension.name, unit: dimension.unit, q01: s.q01[d], q99: s.q99[d], min: s.min[d],
        max: s.max[d], mean: s.mean[d], std: s.std[d],
        own: own.isEmpty ? nil : own.compactMapValues { $0.count > d ? $0[d] : nil })
    }
    scaled = try Self.ranges(statistics)
  }

  /// The smallest and largest number that a network would learn, of the dimensions that are scaled.
  private static func ranges(_ statistics: ActionStatistics) throws -> [String: [Float]] {
    let extremes = [statistics.action.min, statistics.action.max].map { RobotAction($0) }
    func range<Scaling: ActionScaling>(_ scaling: Scaling.Type) throws -> [Float] {
      let values = try extremes.flatMap { action in
        try statistics.scaled(action, by: scaling).values.indices.filter { statistics.mask[$0] }
          .map { try statistics.scaled(action, by: scaling).values[$0] }
      }
      return [values.min() ?? 0, values.max() ?? 0]
    }
    return [
      QuantileScaling.name: try range(QuantileScaling.self),
      MinMaxScaling.name: try range(MinMaxScaling.self),
      MeanStdScaling.name: try range(MeanStdScaling.self),
    ]
  }

  func lines() -> [String] {
    var lines = [
      "\(name): \(episodes) episodes of \(shortest) to \(longest) steps, \(steps) in all, at "
        + "\(short(rate)) Hz",
      "frames of \(width)×\(height)"
        + (cameras.count > 1 ? " (cameras: \(cameras.joined(separator: ", ")))" : "")
        + "; state: \(stateNames.isEmpty ? "none" : stateNames.joined(separator: ", "))"
        + (positions > 0 ? "; \(positions) true positions" : ""),
      "\(dimensions.count) action dimensions, \(actions)", "",
    ]
    let own = ["q01", "q99", "mean", "std"].filter { key in
      dimensions.contains { $0.own?[key] != nil }
    }
    lines += TextTable(
      columns: ["action", "q01", "q99", "min", "max", "mean", "std"] + own.map { "its \($0)" },
      rows: dimensions.map { d in
        [d.name] + [d.q01, d.q99, d.min, d.max, d.mean, d.std].map(short)
          + own.map { d.own?[$0].map(short) ?? "" }
      }
    ).lines(width: 100)
    lines.append("")
    for (kind, range) in scaled.sorted(by: { $0.key < $1.key }) {
      lines.append("scaled by \(kind): \(short(range[0])) to \(short(range[1]))")
    }
    lines.append("")
    let most = instructions.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    lines += TextTable(
      columns: ["instruction", "episodes"],
      rows: most.prefix(20).map { [oneLine($0.key), "\($0.value)"] }
    ).lines(width: 100)
    if most.count > 20 { lines.append("… and \(most.count - 20) more instructions") }
    return lines
  }

  private func short(_ value: Float) -> String { String(format: "%.4g", Double(value)) }
}
