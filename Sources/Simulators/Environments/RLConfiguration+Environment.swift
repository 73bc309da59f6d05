import NanoVLA
import Runs

extension RLConfiguration {
  /// Where a run practices and is evaluated: `RLConfiguration(dataset: "libero_10")` in LIBERO, behind
  /// `python`; nil if that is the tabletop.
  /// - Parameters:
  ///   - policy: that will act there.
  ///   - processes: the simulators at once. A group of rollouts needs one for each rollout on every
  ///     thread, or processes would be started and ended all the time; that is the default, if there
  ///     is memory for them.
  /// - Throws: ``SimulatorError``, or ``BridgeError`` with what is missing.
  public func environment(
    for policy: VLA, python: PythonInterpreter = .init(), processes: Int? = nil
  ) throws -> SimulatorEnvironment? {
    guard needsSimulator else { return nil }
    let name = try SimulatorName(dataset: dataset)
    var simulators = SimulatorSettings(
      name, python: python,
      imageSize: policy.backbone.imageSize ?? SimulatorSettings.defaultImageSize,
      processes: processes
        ?? SimulatorSettings.processes(of: name.kind, groupsOf: settings.groupSize),
      instruction: simulator.taskText, horizon: simulator.maximumSteps)
    if let rendering = simulator.rendering {
      guard let known = SimulatorSettings.Rendering(rawValue: rendering) else {
        throw SimulatorError.unknownRendering(rendering)
      }
      simulators.rendering = known
    }
    return try SimulatorEnvironment(simulators).acting(policy)
  }
}

extension RLConfiguration {
  /// The key of the policy's statistics: "metaworld" for all of MetaWorld's tasks.
  public var statisticsKey: String {
    (try? SimulatorName(dataset: dataset))?.datasetName ?? dataset
  }
}

extension SimulatorName {
  /// The simulator of a dataset's name: "libero_10" is LIBERO's suite, "metaworld:reach-v3" names its
  /// task itself.
  /// - Throws: ``SimulatorError/unknownName(_:)``.
  public init(dataset: String) throws(SimulatorError) {
    let libero = "libero_"
    try self.init(
      dataset.hasPrefix(libero) ? "libero:\(dataset.dropFirst(libero.count))" : dataset)
  }
}
