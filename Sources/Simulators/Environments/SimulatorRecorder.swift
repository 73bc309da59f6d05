import Foundation
import NanoVLA
import Tensors

/// Records a simulator's scripted expert, episode by episode.
///
/// In every second episode noise is added to the executed actions, and the expert's own actions are
/// kept: so some episodes show the task as it should be done, others how to come back to it. Episodes
/// in which the expert fails are left out.
///
/// - Reference: Laskey et al., "DART: Noise Injection for Robust Imitation Learning" (2017), §4.
public struct SimulatorRecorder {
  public let environment: SimulatorEnvironment
  /// Standard deviation of the noise in every second episode, as a fraction of half the range of a
  /// dimension; a gripper's command has none.
  public var noise: Float = 0.5

  /// - Throws: ``BridgeError/refused(_:)`` if no expert is there.
  public init(_ environment: SimulatorEnvironment, noise: Float = 0.5) throws {
    guard environment.facts.hasExpert else {
      throw BridgeError.refused(
        "\(environment.settings.name) has no scripted expert to record; import demonstrations with "
          + "nanovla data import")
    }
    (self.environment, self.noise) = (environment, noise)
  }

  /// The episodes of `seeds` in which the expert succeeds, in their order; several at once.
  public func callAsFunction(seeds: [UInt64]) throws -> [RobotEpisode] {
    try inShards(of: seeds.count, ofAtMost: environment.concurrency) { part in
      Result { try part.compactMap { try record(seeds[$0]) } }
    }.flatMap { try $0.get() }
  }

  private func record(_ seed: UInt64) throws -> RobotEpisode? {
    var rollouts = [try Rollout(in: environment, seed: seed)]
    var positions: [[Float]] = []
    let tasks = UInt64(environment.settings.name.tasks.count)
    let isNoisy = seed / tasks % 2 == 1
    var worker = RolloutWorker(keepsRecord: true)
    if isNoisy { worker.perturbed = perturbed }
    try worker(&rollouts) { rollouts, _ in
      let simulator = rollouts[0].environment as! SimulatorEnvironment
      positions.append(simulator.positions)
      rollouts[0].plan = [try simulator.expertAction()]
    }
    let episode = rollouts[0].episode
    guard episode.ending.isSuccess else { return nil }
    let seen = episode.observations.dropLast()
    return RobotEpisode(
      task: "\(environment.settings.name.kind.rawValue):\(environment.task(of: seed))",
      instruction: episode.instruction, seed: seed, frames: seen.map(\.image),
      actions: episode.actions.map(\.values), state: seen.map { $0.proprioception ?? [] },
      positions: positions[0].isEmpty ? [] : positions)
  }

  private func perturbed(_ action: RobotAction, _ random: inout SeededRandom) -> RobotAction {
    let space = environment.facts.space
    var values = action.values
    for (index, dimension) in space.dimensions.enumerated() where space.mask[index] {
      let half = (dimension.bounds.upperBound - dimension.bounds.lowerBound) / 2
      values[index] += noise * half * random.normal()
    }
    return RobotAction(values)
  }
}

extension SimulatorRecorder {
  /// Records `count` episodes, as many of each task, into `folder`. What an interrupted recording left
  /// there is kept.
  /// - Parameter progress: called with the number of episodes that are on disk.
  /// - Throws: ``RobotDatasetError``, ``BridgeError``, or the error of a file.
  public func write(
    _ count: Int, to folder: URL, progress: (Int) -> Void = { _ in }
  ) throws {
    let names = environment.settings.name
    let writer = try RobotDatasetWriter(
      to: folder,
      RobotDatasetHeader(
        name: names.datasetName, space: environment.facts.space,
        stateNames: environment.facts.stateNames))
    var done = Dictionary(grouping: writer.episodes, by: \.task).mapValues(\.count)
    // An expert that fails costs an episode: the next layouts take its place.
    var next = Dictionary(grouping: writer.episodes, by: \.task).mapValues { episodes in
      1 + (episodes.compactMap(\.seed).max() ?? 0) / UInt64(names.tasks.count)
    }
    for (index, task) in names.tasks.enumerated() {
      let key = "\(names.kind.rawValue):\(task)"
      let share = count / names.tasks.count + (index < count % names.tasks.count ? 1 : 0)
      var failures = 0
      while done[key, default: 0] < share {
        let missing = min(share - done[key, default: 0], environment.concurrency)
        let first = next[key, default: 0]
        let seeds = (first..<first + UInt64(missing)).map {
          $0 * UInt64(names.tasks.count) + UInt64(index)
        }
        next[key] = first + UInt64(missing)
        let episodes = try self(seeds: seeds)
        for episode in episodes { try writer.append(episode) }
        done[key, default: 0] += episodes.count
        failures = episodes.isEmpty ? failures + missing : 0
        guard failures < 100 else {
          throw BridgeError.refused("\(key): its expert failed in \(failures) layouts in a row")
        }
        progress(writer.episodes.count)
      }
    }
    try writer.finish()
  }
}
