import Blackboard
import Images
import NanoVLA
import Tabletop

/// Predicted against demonstrated actions over the steps of a few episodes, one chart for each number
/// of the action that moves.
///
/// The policy observes each demonstrated frame and nothing it does changes the next one (open loop). A
/// flipped sign, a wrong scale and a late action are seen at a glance.
struct OpenLoopPlot {
  private let charts: [LineChart]

  /// - Throws: as ``VLA/predictChunk(_:instruction:)``.
  init(_ policy: VLA, _ demonstrations: [Demonstration], episodes: Int = 4) throws {
    var rows: [(predicted: [Float], demonstrated: [Float])] = []
    for demonstration in demonstrations.prefix(episodes) {
      var history = History(length: policy.history)
      for t in demonstration.actions.indices {
        history.append(
          Observation(
            demonstration.frames[t], proprioception: demonstration.proprioception[t]))
        let chunk = try policy.predictChunk(
          history.window, instruction: demonstration.instruction)
        let action = try policy.statistics.robotAction(chunk[0])
        rows.append((action.values, demonstration.actions[t]))
      }
    }
    let space = policy.space
    charts = space.dimensions.indices.compactMap { d in
      let values = rows.flatMap { [Double($0.predicted[d]), Double($0.demonstrated[d])] }
      guard let low = values.min(), let high = values.max(), high - low > 1e-6 else { return nil }
      let margin = 0.1 * (high - low)
      let dimension = space.dimensions[d]
      return LineChart(
        "\(dimension.name) in \(min(episodes, demonstrations.count)) demonstrations",
        x: Axis("step, one episode after another", 0...Double(max(1, rows.count - 1))),
        y: Axis("\(dimension.name) (\(dimension.unit))", low - margin...high + margin),
        [
          .init("demonstrated", rows.map { $0.demonstrated[d] }),
          .init("predicted", rows.map { $0.predicted[d] }),
        ])
    }
  }

  /// The charts, two in a row.
  var image: RGBImage {
    let images = charts.map { $0.image() }
    let rows = stride(from: 0, to: images.count, by: 2).map {
      Array(images[$0..<min($0 + 2, images.count)])
    }
    return rows.isEmpty ? RGBImage(width: 1, height: 1) : .contactSheet(rows: rows, padding: 4)
  }
}
