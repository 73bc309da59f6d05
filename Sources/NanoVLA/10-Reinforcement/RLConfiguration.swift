// Every number of a run that learns from outcomes, by SimpleVLA-RL's names in Swift's spelling, so
// that a run can be written down, sent, and repeated.
//
// The defaults are the toy world's. A policy of seven billion numbers wants other ones: learning rate
// 5e-6 and temperature 1.6.
//
// Reference: PRIME-RL/SimpleVLA-RL, examples/run_openvla_oft_rl_libero.sh.

import Foundation
import Tabletop

/// The settings of a ``GRPOTrainer``. As JSON, what is left out has its default.
public struct RLConfiguration: Codable, Sendable, Equatable {
  /// The folder of the policy to improve, as supervised training (SFT) left it.
  public var sftModelPath: String?
  /// What the run is called.
  public var experimentName: String
  /// "tabletop_object", "tabletop_spatial", "tabletop_goal" or "tabletop_long".
  public var dataset: String
  /// Iterations: rounds of collecting rollouts and learning from them.
  public var totalEpochs = 200
  /// Training runs on the processor: 0. How many of its cores, `NANOVLA_THREADS` says.
  public var numGPUs = 0
  /// Starts tried in an iteration.
  public var groups = 32
  /// G, rollouts of each start.
  public var groupSize = 8
  /// T, of drawing and of the log-probabilities alike.
  public var temperature: Float = 1
  /// η of AdamW at first; it falls along a cosine to a tenth.
  public var learningRate: Float = 1e-3
  /// Decisions in a step of AdamW.
  public var minibatchSize = 256
  /// The gradients' length is cut to this.
  public var gradientClip: Float = 1
  /// The ratio of probabilities may fall to 1 − this, …
  public var clipLow: Float = 0.2
  /// … and rise to 1 + this.
  public var clipHigh: Float = 0.28
  /// Iterations between two greedy evaluations; 0: none.
  public var evaluateEvery = 10
  /// Held-out layouts of an evaluation.
  public var evaluationEpisodes = 100
  /// Iterations between two checkpoints.
  public var saveEvery = 1
  public var seed: UInt64 = 0

  enum CodingKeys: String, CodingKey {
    case sftModelPath, experimentName, dataset, totalEpochs, numGPUs, groups, groupSize
    case temperature, learningRate, minibatchSize, gradientClip, clipLow, clipHigh
    case evaluateEvery, evaluationEpisodes, saveEvery, seed
  }

  public init(
    sftModelPath: String? = nil, experimentName: String = "nanovla-rl",
    dataset: String = "tabletop_object", totalEpochs: Int? = nil, numGPUs: Int = 0, seed: UInt64 = 0
  ) {
    (self.sftModelPath, self.experimentName) = (sftModelPath, experimentName)
    (self.dataset, self.seed, self.numGPUs) = (dataset, seed, numGPUs)
    // Of a task in two steps, a single success says less about each decision: more tries to a step.
    if dataset == "tabletop_long" { (self.totalEpochs, groups, minibatchSize) = (300, 64, 512) }
    if let totalEpochs { self.totalEpochs = totalEpochs }
  }

  /// The suite that ``dataset`` names.
  public func suite() throws(RLConfigurationError) -> Suite {
    try Suite(dataset: dataset, among: Suite.learnable)
  }

  /// Refuses settings that no run can have.
  public func check() throws(RLConfigurationError) {
    _ = try suite()
    guard numGPUs == 0 else { throw .noGPU(numGPUs) }
    try check("totalEpochs", totalEpochs, 0...100_000)
    try check("groups", groups, 1...10_000)
    try check("groupSize", groupSize, 2...1_000)
    try check("groups · groupSize", groups * groupSize, 2...100_000)
    try check("temperature", temperature, 0.01...100)
    try check("learningRate", learningRate, 1e-9...1)
    try check("minibatchSize", minibatchSize, 1...1_000_000)
    try check("gradientClip", gradientClip, 1e-6...1e6)
    try check("clipLow", clipLow, 0.001...0.999)
    try check("clipHigh", clipHigh, 0.001...100)
    try check("evaluateEvery", evaluateEvery, 0...100_000)
    try check("evaluationEpisodes", evaluationEpisodes, 1...100_000)
    try check("saveEvery", saveEvery, 1...100_000)
  }

  private func check<Number: Comparable>(
    _ name: String, _ value: Number, _ range: ClosedRange<Number>
  ) throws(RLConfigurationError) {
    guard range.contains(value) else {
      throw .outOfRange(
        name, "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}

extension Suite {
  /// Those that a policy learns for itself. (`obstacle` asks another question, of imitation.)
  static let learnable: [Suite] = [.object, .spatial, .goal, .long]
}
