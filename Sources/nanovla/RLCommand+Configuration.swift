import Runs
import Simulators

/// The configuration that the options of `nanovla rl` describe.
extension RLCommand {
  /// `base`, or the defaults of the dataset, overridden by the options.
  func changed(_ base: RLConfiguration?) throws -> RLConfiguration {
    var changed =
      try base ?? RLConfiguration(dataset: dataset ?? trainedDataset() ?? "tabletop_object")
    func set<Value>(_ path: WritableKeyPath<RLConfiguration, Value>, _ value: Value?) {
      if let value { changed[keyPath: path] = value }
    }
    if let environment = try simulator.settings()?.name {
      guard dataset == nil else {
        throw RequestError("--dataset and --environment name two worlds: omit one of them")
      }
      changed.dataset = "\(environment)"
      changed.simulator = SimulatorChoices(
        maximumSteps: simulator.maximumSteps, rendering: simulator.rendering?.rawValue,
        taskText: simulator.taskText)
    }
    set(\.dataset, dataset)
    if let policy { changed.sftModelPath = policy }
    set(\.totalEpochs, epochs)
    set(\.settings.groups, groups)
    set(\.settings.groupSize, groupSize)
    set(\.settings.temperature, temperature)
    set(\.settings.learningRate, learningRate)
    set(\.settings.minibatchSize, minibatchSize)
    set(\.settings.evaluateEvery, evaluateEvery)
    set(\.settings.evaluationEpisodes, episodes)
    set(\.settings.seed, seed)
    return changed
  }
}
