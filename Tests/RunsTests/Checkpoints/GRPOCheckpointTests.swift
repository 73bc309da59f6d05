import Files
import Foundation
import NanoVLA
import Runs
import Tabletop
import TestSupport
import Testing

@testable import Tensors

/// Small reinforcement learning runs that stop and resume.
@Suite(.serialized) struct GRPOCheckpointTests {
  private func configuration(_ epochs: Int) -> RLConfiguration {
    var configuration = RLConfiguration(totalEpochs: epochs)
    configuration.settings.groups = 6
    configuration.settings.groupSize = 4
    configuration.settings.evaluateEvery = 0
    configuration.settings.minibatchSize = 64
    return configuration
  }

  private func weights(_ trainer: GRPOTrainer) -> [[Float]] {
    trainer.policy.parameters.map(\.values)
  }

  @Test("a run that stops at any iteration and resumes elsewhere ends bit-identical")
  func resumes() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: GRPOTrainer.checkpointFile)
      let whole = try GRPOTrainer(ClonedPolicy.copy(), configuration(4))
      while !whole.isDone { try whole.step() }
      try GRPOTrainer(ClonedPolicy.copy(), configuration(4)).writeCheckpoint(
        configuration(4), to: file)
      for _ in 0..<4 {
        let part = try GRPOTrainer(ClonedPolicy.copy(), configuration(4))
        try part.restore(from: file)
        try part.step()
        try part.writeCheckpoint(configuration(4), to: file)
      }
      let resumed = try GRPOTrainer(ClonedPolicy.untrained(), configuration(4))
      try resumed.restore(from: file)
      #expect(resumed.isDone)
      #expect(weights(resumed) == weights(whole))
      #expect(resumed.optimizer.state == whole.optimizer.state)
      #expect(resumed.random.state == whole.random.state)
      func timeless(_ trainer: GRPOTrainer) -> [GRPOMetrics] {
        trainer.metrics.map { metrics in
          var metrics = metrics
          metrics.seconds = 0
          return metrics
        }
      }
      #expect(timeless(resumed) == timeless(whole))
    }
  }

  @Test("damaged checkpoints are refused in one line that names the file, and change nothing")
  func damaged() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: GRPOTrainer.checkpointFile)
      let trainer = try GRPOTrainer(ClonedPolicy.copy(), configuration(2))
      try trainer.writeCheckpoint(configuration(2), to: file)
      let good = try Data(contentsOf: file)
      let before = weights(trainer)
      func problem(_ data: Data) throws -> String {
        try data.write(to: file)
        var caught: (any Error)?
        do { try trainer.restore(from: file) } catch { caught = error }
        #expect(weights(trainer) == before)
        return "\(try #require(caught))"
      }
      for length in [0, 7, 100, good.count - 1] {
        let text = try problem(good.prefix(length))
        #expect(text.contains(file.path) && !text.contains("\n"))
      }
      func replaced(_ one: String, by other: String) -> Data {
        var data = good
        data.replaceSubrange(data.range(of: Data(one.utf8))!, with: Data(other.utf8))
        return data
      }
      #expect(try problem(replaced(#"\"steps\":0"#, by: #"\"steps\":-"#)).contains(file.path))
      #expect(try problem(replaced(#""run""#, by: #""ruin"#)).contains(file.path))
      let kernel = try problem(replaced(Processor.kernel, by: String(Processor.kernel.reversed())))
      #expect(kernel.contains("processor's kernel \(String(Processor.kernel.reversed()))"))
      #expect(kernel.contains("with \(Processor.kernel)"))
      let (count, wanted) = ("\(Threads.count)", "\(Threads.count ^ 1)")
      let threads = try problem(
        replaced(#""threads":"\#(count)""#, by: #""threads":"\#(wanted)""#))
      #expect(threads.contains("began with \(wanted) threads, and \(count) compute other numbers"))
      #expect(threads.hasSuffix("resume it with NANOVLA_THREADS=\(wanted) in the environment"))
      var other = configuration(2)
      other.settings.groups = 5
      try GRPOTrainer(ClonedPolicy.copy(), other).writeCheckpoint(other, to: file)
      #expect(try problem(Data(contentsOf: file)).contains("other settings"))
    }
  }

  @Test("more optimizer steps than actions are refused, before one more would overflow")
  func manySteps() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: GRPOTrainer.checkpointFile)
      let trainer = try GRPOTrainer(ClonedPolicy.copy(), configuration(3))
      let actions = try trainer.step().steps
      for (steps, isPossible) in [(actions, true), (actions + 1, false), (Int.max, false)] {
        trainer.optimizer.state.steps = steps
        try trainer.writeCheckpoint(configuration(3), to: file)
        let other = try GRPOTrainer(ClonedPolicy.copy(), configuration(3))
        guard !isPossible else {
          try other.restore(from: file)
          continue
        }
        let error = #expect(throws: CheckpointError.self) { try other.restore(from: file) }
        #expect(error?.description.contains("\(steps) optimizer steps after \(actions)") == true)
        #expect(other.optimizer.state.steps == 0)
      }
    }
  }

  @Test("a run resumes only with the backbone and the statistics that it began with")
  func otherStart() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: GRPOTrainer.checkpointFile)
      try GRPOTrainer(ClonedPolicy.copy(), configuration(2)).writeCheckpoint(
        configuration(2), to: file)
      let other = try ClonedPolicy.copy()
      let weight = try #require(other.backbone.parameters.last)
      weight.values[0] += 0.001
      let moved = try VLA(
        backbone: ClonedPolicy.untrained().backbone, space: other.space,
        statistics: ActionStatistics(boundsOf: other.space), head: other.head,
        usesProprioception: other.usesProprioception)
      for policy in [other, moved] {
        let trainer = try GRPOTrainer(policy, configuration(2))
        let error = #expect(throws: CheckpointError.self) { try trainer.restore(from: file) }
        #expect(error?.description.contains("another policy than start/ holds") == true)
      }
    }
  }

  @Test("a measurement that is not finite has a name, and no line of JSON")
  func nonFinite() throws {
    var metrics = try GRPOTrainer(ClonedPolicy.copy(), configuration(1)).step()
    #expect(metrics.nonFinite == nil)
    #expect(try metrics.jsonLine().contains("\"iteration\":1"))
    metrics.startKL = .infinity
    #expect(metrics.nonFinite == "startKL")
    metrics.approximateKL = .nan
    #expect(metrics.nonFinite == "approximateKL")
    #expect(throws: EncodingError.self) { try metrics.jsonLine() }
  }
}
