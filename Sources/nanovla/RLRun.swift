import Blackboard
import Files
import Foundation
import Images
import NanoVLA
import Ranks
import Runs
import Simulators

/// A reinforcement-learning run and the files it writes.
struct RLRun {
  let trainer: GRPOTrainer
  let configuration: RLConfiguration
  private let run: RunFolder
  private let ranks: any Communicator
  private var folder: URL { run.url }

  init(
    _ trainer: GRPOTrainer, _ configuration: RLConfiguration, in folder: RunFolder,
    among ranks: any Communicator
  ) {
    (self.trainer, self.configuration, run, self.ranks) = (trainer, configuration, folder, ranks)
  }

  func callAsFunction() throws {
    let metricsFile = folder.appending(path: "metrics.jsonl")
    // Rewrite the file: drop iterations after the checkpoint and a line that was cut short.
    try ranks.onFirst {
      try Data(trainer.metrics.map { try $0.jsonLine() + "\n" }.joined().utf8)
        .writeAtomically(to: metricsFile)
    }
    try trainer.checkState(among: ranks)
    if trainer.iteration > 0 { print("resumed after \(trainer.iteration) iterations") }
    let before = try trainer.evaluateStart(among: ranks)
    print("before: \(before)")
    var display = LearningDisplay(after: trainer.iteration)
    while !trainer.isDone {
      let metrics = try trainer.step(among: ranks)
      if let name = metrics.nonFinite {
        try ranks.together {
          throw run.diverged(
            "\(name) of iteration \(metrics.iteration)",
            remedy: "use a smaller --learning-rate or another --policy")
        }
      }
      let isSaved = metrics.iteration % configuration.saveEvery == 0 || trainer.isDone
      if isSaved { try trainer.checkState(among: ranks) }
      try ranks.onFirst {
        try Data((metrics.jsonLine() + "\n").utf8).append(to: metricsFile)
        guard isSaved else { return }
        try trainer.writeCheckpoint(configuration, to: run.checkpoint, ranks: ranks.count)
        try writeCurve(from: before)
      }
      display.show(
        metrics.iteration, of: configuration.totalEpochs, successes: metrics.successes,
        groupSize: metrics.groupSize, curve: trainer.metrics.map(\.success), note: note(metrics))
    }
    display.clear()
    try ranks.onFirst {
      try trainer.policy.write(
        to: folder.appending(path: "policy"), dataset: configuration.statisticsKey)
      try writeCurve(from: before)
    }
    let success = try trainer.evaluate(among: ranks)
    print("after \(trainer.iteration) iterations: \(success)")
    (trainer.environment as? SimulatorEnvironment)?.reportRestarts()
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
