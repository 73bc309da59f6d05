import Files
import Foundation
import NanoVLA
import Tabletop
import Tensors

/// A run that can be killed at any moment and resumed with bit-identical results.
///
/// A checkpoint keeps all that the next iteration depends on: the head, the initial head (for the
/// divergence from it), AdamW's two running means and its step count, the state of the random
/// number generator, and the metrics, whose count is the iteration. The backbone is frozen and is
/// in the policy's own folder.
extension GRPOTrainer {
  /// A checkpoint's name in the run's folder.
  public static let checkpointFile = TrainingCheckpoint.fileName

  /// The trainer that `configuration` describes, for `policy`, on the tabletop or in `environment`.
  /// - Throws: ``RLConfigurationError``, or ``PolicyError`` if the policy's head does not choose
  ///   among bins.
  public convenience init(
    _ policy: VLA, _ configuration: RLConfiguration, in environment: (any Environment)? = nil
  ) throws {
    try configuration.check()
    let tabletop = {
      TabletopEnvironment(
        try configuration.suite(), imageSize: policy.backbone.imageSize ?? Renderer.designSize)
    }
    try self.init(policy, in: environment ?? tabletop(), configuration.settings)
  }

  /// Writes the state of the run to `file`, completely or not at all.
  /// - Parameter ranks: the number of processes that share the training.
  /// - Throws: `CheckpointError` if the file cannot be written.
  public func writeCheckpoint(
    _ configuration: RLConfiguration, to file: URL, ranks: Int = 1
  ) throws {
    var checkpoint = TrainingCheckpoint()
    checkpoint.add(head, named: "head")
    checkpoint.add(start, named: "start")
    try checkpoint.add(optimizer, of: head)
    let run = Run(
      configuration: configuration, random: random.state, metrics: metrics,
      policy: try policyFingerprint())
    try checkpoint.write(run, to: file, ranks: ranks)
  }

  /// Resumes the run that `file` holds. Nothing changes if it cannot be read.
  /// - Throws: `SafetensorsError`, ``CheckpointError`` or ``JSONFileError``.
  public func restore(from file: URL, ranks: Int = 1) throws {
    let contents = try SafetensorsFile(url: file)
    let run = try Run(in: contents)
    guard run.configuration.settings == settings else {
      throw CheckpointError.badConfiguration(file.path, "it holds a run with other settings")
    }
    try contents.checkReproducible(ranks: ranks)
    guard try run.policy == policyFingerprint() else {
      throw CheckpointError.badConfiguration(
        file.path, "the run began with another policy than start/ holds; use that of the run")
    }
    let now = try contents.values(of: head, named: "head")
    let first = try contents.values(of: start, named: "start")
    let state = try contents.state(of: optimizer, of: head)
    // A step reads at least one decision, and each decision executes an action.
    let possible = run.metrics.reduce(0) { $0 + $1.steps }
    guard state.steps <= possible else {
      throw CheckpointError.badConfiguration(
        file.path, "\(state.steps) optimizer steps after \(possible) actions; the file is damaged")
    }
    optimizer.state = state
    for (parameter, values) in zip(head.parameters, now) { parameter.values = values }
    for (parameter, values) in zip(start.parameters, first) { parameter.values = values }
    random = SeededRandom(seed: run.random)
    metrics = run.metrics
  }

  /// A hash of what the run needs of its policy beside the head, which the checkpoint holds: the
  /// backbone, the statistics and the sizes.
  private func policyFingerprint() throws -> UInt64 {
    var hash = FNV1a()
    hash.add(try JSONWriter.text(PolicyConfiguration(of: policy)).utf8)
    hash.add(ActionStatistics.json(["": policy.statistics], decimals: nil).utf8)
    for (name, parameter) in policy.backbone.namedParameters {
      hash.add(name.utf8)
      hash.add(parameter.values)
    }
    return hash.value
  }

  /// The configuration of the run that `file` holds.
  /// - Throws: as ``restore(from:ranks:)`` does.
  public static func configuration(in file: URL) throws -> RLConfiguration {
    try Run(in: SafetensorsFile(url: file)).configuration
  }
}

/// What a checkpoint holds besides the tensors.
private struct Run: Codable {
  let configuration: RLConfiguration
  /// The state of the random number generator.
  let random: UInt64
  let metrics: [GRPOMetrics]
  /// The policy's fingerprint.
  let policy: UInt64

  init(configuration: RLConfiguration, random: UInt64, metrics: [GRPOMetrics], policy: UInt64) {
    (self.configuration, self.random, self.metrics) = (configuration, random, metrics)
    self.policy = policy
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
