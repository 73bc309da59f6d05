import Blackboard
import Files
import Foundation
import Images
import NanoVLA
import Runs

/// A reinforcement-learning run and the files it writes.
struct RLRun {
  let trainer: GRPOTrainer
  let configuration: RLConfiguration
  private let run: RunFolder
  private var folder: URL { run.url }

  init(_ trainer: GRPOTrainer, _ configuration: RLConfiguration, in folder: RunFolder) {
    (self.trainer, self.configuration, run) = (trainer, configuration, folder)
  }

  func callAsFunction() throws {
    let metricsFile = folder.appending(path: "metrics.jsonl")
    // Rewrite the file: drop iterations after the checkpoint and a line that was cut short.
    try Data(trainer.metrics.map { try $0.jsonLine() + "\n" }.joined().utf8)
      .writeAtomically(to: metricsFile)
    if trainer.iteration > 0 { print("resumed after \(trainer.iteration) iterations") }
    let before = try trainer.evaluateStart()
    print("before: \(before)")
    var display = LearningDisplay(after: trainer.iteration)
    while !trainer.isDone {
      let metrics = try trainer.step()
      if let name = metrics.nonFinite {
        throw run.diverged(
          "\(name) of iteration \(metrics.iteration)",
          remedy: "use a smaller --learning-rate or another --policy")
      }
      try Data((metrics.jsonLine() + "\n").utf8).append(to: metricsFile)
      if metrics.iteration % configuration.saveEvery == 0 || trainer.isDone {
        try trainer.writeCheckpoint(
          configuration, to: folder.appending(path: GRPOTrainer.checkpointFile))
        try writeCurve(from: before)
      }
      display.show(
        metrics.iteration, of: configuration.totalEpochs, successes: metrics.successes,
        groupSize: metrics.groupSize, curve: trainer.metrics.map(\.success), note: note(metrics))
    }
    display.clear()
    try trainer.policy.write(
      to: folder.appending(path: "policy"), dataset: configuration.dataset)
    try writeCurve(from: before)
    let success = try trainer.evaluate()
    print("after \(trainer.iteration) iterations: \(success)")
    print("both: greedy actions on held-out layouts")
    print("start/, policy/, metrics.jsonl and curve.png are in \(folder.path)")
  }

  private func note(_ metrics: GRPOMetrics) -> String {
    let greedy = trainer.metrics.last { $0.greedySuccess != nil }?.greedySuccess
    let parts: [(String, Double?)] = [
      ("greedy", greedy), ("KL", metrics.startKL), ("entropy", metrics.entropy),
      ("clipped", metrics.clipFraction),
    ]
    return parts.compactMap { name, value in
      value.map { "\(name) " + String(format: "%.2f", $0) }
    }.joined(separator: ", ")
  }

  private func writeCurve(from before: SuccessRate) throws {
    let greedy = trainer.metrics.compactMap { metrics in
      metrics.greedySuccess.map { (iteration: metrics.iteration, success: $0) }
    }
    try LineChart.learning(
      "Learning from outcomes, \(configuration.dataset)",
      sampled: trainer.metrics.map(\.success), greedy: [(0, before.rate)] + greedy,
      iterations: configuration.totalEpochs
    ).image().writePNG(to: folder.appending(path: "curve.png"))
  }
}
