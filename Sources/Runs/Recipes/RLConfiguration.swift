import Foundation
import NanoVLA
import Tabletop

/// Everything that a reinforcement learning run depends on, by SimpleVLA-RL's names in Swift's spelling:
/// so that a run can be written down, sent and repeated.
///
/// What the trainer reads stands in ``settings``; the other keys name the policy and the task.
///
/// - Reference: PRIME-RL/SimpleVLA-RL, examples/run_openvla_oft_rl_libero.sh.
public struct RLConfiguration: Sendable, Equatable {
  /// The folder of the policy to improve, as supervised training (SFT) left it.
  public var sftModelPath: String?
  /// A name for the run.
  public var experimentName: String
  /// "tabletop_object", "tabletop_spatial", "tabletop_goal" or "tabletop_long"; or a simulator's:
  /// "libero_10", "metaworld:reach-v3".
  public var dataset: String
  /// What is practiced in a simulator, where it differs from the simulator's own.
  public var simulator = SimulatorChoices()
  /// Training runs on the processor: 0. `NANOVLA_THREADS` sets the number of cores.
  public var numGPUs: Int
  /// Iterations between checkpoints.
  public var saveEvery = 1
  /// What the trainer reads.
  public var settings = GRPOSettings()

  /// The iterations of the run, SimpleVLA-RL's name for ``GRPOSettings/iterations``.
  public var totalEpochs: Int {
    get { settings.iterations }
    set { settings.iterations = newValue }
  }

  /// The defaults for `dataset`, with the given changes.
  public init(
    sftModelPath: String? = nil, experimentName: String = "nanovla-rl",
    dataset: String = "tabletop_object", totalEpochs: Int? = nil, numGPUs: Int = 0, seed: UInt64 = 0
  ) {
    (self.sftModelPath, self.experimentName) = (sftModelPath, experimentName)
    (self.dataset, self.numGPUs, settings.seed) = (dataset, numGPUs, seed)
    // The success of a two-step task says less about each decision: more rollouts per update.
    if dataset == Suite.long.dataset {
      (settings.iterations, settings.groups, settings.minibatchSize) = (300, 64, 512)
    }
    if let totalEpochs { settings.iterations = totalEpochs }
  }

  /// Whether ``dataset`` is that of a simulator, which runs in a process of its own.
  public var needsSimulator: Bool { dataset.hasPrefix("libero") || dataset.contains(":") }

  /// The suite that ``dataset`` names.
  /// - Throws: ``RLConfigurationError`` if there is no such suite to learn.
  public func suite() throws(RLConfigurationError) -> Suite {
    try Suite(dataset: dataset, among: [.object, .spatial, .goal, .long])
  }

  /// Refuses values that no run can have.
  /// - Throws: ``RLConfigurationError`` with the first of them and its range.
  public func check() throws(RLConfigurationError) {
    if !needsSimulator { _ = try suite() }
    guard numGPUs == 0 else { throw .noGPU(numGPUs) }
    let s = settings
    try check("totalEpochs", s.iterations, 0...100_000)
    try check("groups", s.groups, 1...10_000)
    try check("groupSize", s.groupSize, 2...1_000)
    try check("groups · groupSize", s.groups * s.groupSize, 2...100_000)
    try check("temperature", s.temperature, 0.01...100)
    try check("learningRate", s.learningRate, 1e-9...1)
    try check("minibatchSize", s.minibatchSize, 1...1_000_000)
    try check("gradientClip", s.gradientClip, 1e-6...1e6)
    try check("clipLow", s.clipLow, 0.001...0.999)
    try check("clipHigh", s.clipHigh, 0.001...100)
    try check("evaluateEvery", s.evaluateEvery, 0...100_000)
    try check("evaluationEpisodes", s.evaluationEpisodes, 1...100_000)
    try check("saveEvery", saveEvery, 1...100_000)
    try check("maximumSteps", simulator.maximumSteps ?? 1, 1...10_000)
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

/// What an episode in a simulator is, where it differs from the simulator's own.
public struct SimulatorChoices: Sendable, Equatable {
  /// The most steps of an episode.
  public var maximumSteps: Int?
  /// "fast" or "full".
  public var rendering: String?
  /// The task in words, where the simulator has none.
  public var taskText: String?

  /// The simulator's own.
  public init(maximumSteps: Int? = nil, rendering: String? = nil, taskText: String? = nil) {
    (self.maximumSteps, self.rendering, self.taskText) = (maximumSteps, rendering, taskText)
  }
}

/// What can be wrong with the configuration of a run.
public enum RLConfigurationError: Error, Equatable, CustomStringConvertible {
  /// A simulator's dataset where only the tabletop is at hand, and the datasets that can be used.
  case needsSimulator(String, known: [String])
  /// A name that is no dataset, and the datasets that can be used.
  case unknownDataset(String, known: [String])
  /// A number of GPUs other than 0.
  case noGPU(Int)
  /// A key and its value, with the range that it must be in.
  case outOfRange(String, String, expected: String)

  /// The error in one line, with the remedy.
  public var description: String {
    switch self {
    case .needsSimulator(let dataset, let known):
      return "dataset \"\(dataset)\" needs a simulator: nanovla rl --python VENV/bin/python starts "
        + "it, nanovla doctor says what to install; without one, use "
        + "\(known.joined(separator: ", "))"
    case .unknownDataset(let dataset, let known):
      return "unknown dataset \"\(dataset)\"; there are \(known.joined(separator: ", "))"
    case .noGPU(let count):
      return "numGPUs is \(count), but training runs on the processor: set it to 0, and "
        + "NANOVLA_THREADS to the number of cores to use"
    case .outOfRange(let name, let value, let expected):
      return "\(name) is \(value), but must be \(expected)"
    }
  }
}
