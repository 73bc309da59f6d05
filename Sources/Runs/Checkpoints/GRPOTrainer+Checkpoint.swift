// A run that can be killed at any moment and resumed as if nothing had happened, bit for bit.
//
// What the next iteration depends on is all kept: the head, the head at the start (for the distance
// from it), AdamW's two running means and its count, where the random stream stands, and the metrics,
// whose number is the iteration. The backbone is frozen: the policy's own folder has it.

import Files
import Foundation
import NanoVLA
import Tensors

extension GRPOTrainer {
  public static let checkpointFile = TrainingCheckpoint.fileName

  /// Writes the state of the run to `file`, wholly or not at all.
  public func writeCheckpoint(to file: URL) throws {
    var checkpoint = TrainingCheckpoint()
    checkpoint.add(head, named: "head")
    checkpoint.add(start, named: "start")
    try checkpoint.add(optimizer, of: head)
    let run = Run(configuration: configuration, random: random.state, metrics: metrics)
    try checkpoint.write(run, to: file)
  }

  /// Goes on from the run that `file` holds. Nothing changes if it cannot be read.
  /// - Throws: `SafetensorsError`, ``CheckpointError`` or ``JSONFileError``.
  public func restore(from file: URL) throws {
    let contents = try SafetensorsFile(url: file)
    let run = try Run(in: contents)
    guard run.configuration == configuration else {
      throw CheckpointError.badConfiguration(file.path, "it holds a run with other settings")
    }
    let now = try contents.values(of: head, named: "head")
    let first = try contents.values(of: start, named: "start")
    optimizer.state = try contents.state(of: optimizer, of: head)
    for (parameter, values) in zip(head.parameters, now) { parameter.values = values }
    for (parameter, values) in zip(start.parameters, first) { parameter.values = values }
    random = SeededRandom(seed: run.random)
    metrics = run.metrics
  }

  /// The settings of the run that `file` holds.
  public static func configuration(in file: URL) throws -> RLConfiguration {
    try Run(in: SafetensorsFile(url: file)).configuration
  }
}

/// What a checkpoint holds beside the numbers.
private struct Run: Codable {
  let configuration: RLConfiguration
  /// Where the random stream stands.
  let random: UInt64
  let metrics: [RLMetrics]

  init(configuration: RLConfiguration, random: UInt64, metrics: [RLMetrics]) {
    (self.configuration, self.random, self.metrics) = (configuration, random, metrics)
  }

  init(in file: SafetensorsFile) throws {
    self = try file.run()
    try configuration.check()
    guard metrics.count <= configuration.totalEpochs,
      metrics.enumerated().allSatisfy({ $1.isIteration($0 + 1) })
    else {
      throw CheckpointError.badConfiguration(
        file.url.path, "its iterations do not count up from 1")
    }
  }
}
