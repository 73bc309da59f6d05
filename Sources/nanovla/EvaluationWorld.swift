import NanoVLA
import Simulators
import Tabletop

/// Where policies are evaluated: a suite of the tabletop, or tasks of a simulator.
struct EvaluationWorld {
  /// What is changed to measure whether a policy uses an input.
  enum Control { case none, blankImage, otherInstruction }

  /// "tabletop_object", "metaworld:reach-v3".
  let name: String
  /// The initial states, one episode each.
  let seeds: [UInt64]
  /// The initial states in words.
  let layouts: String
  /// Whether no demonstration, rollout of RL or pre-training begins with one of them.
  let layoutsAreHeldOut: Bool
  /// The most steps of an episode.
  let horizon: Int
  /// Episodes between two reports of progress.
  let batchSize: Int
  /// Makes the environment for a policy.
  let environment: (VLA, Control) throws -> any Environment
  /// The simulator; nil on the tabletop.
  let simulator: SimulatorEnvironment?
  /// The episodes by task.
  let grouped: ([Episode]) -> [(task: String, episodes: [Episode])]

  /// The tabletop, from layout `first` on.
  init(_ suite: Suite, first: UInt64, episodes: Int) {
    let range = first..<first + UInt64(episodes)
    name = "tabletop_\(suite.rawValue)"
    seeds = Array(range)
    layouts = "\(episodes), seeds \(first) to \(range.upperBound - 1)"
    layoutsAreHeldOut =
      Suite.firstHeldOutSeed <= first && range.upperBound <= Suite.firstPretrainingSeed
    (horizon, batchSize, simulator) = (suite.horizon, 40, nil)
    environment = { policy, control in
      TabletopEnvironment(
        suite, imageSize: policy.backbone.imageSize ?? Renderer.designSize,
        control: control == .none
          ? .none : control == .blankImage ? .blankImage : .otherInstruction)
    }
    grouped = suite.grouped
  }

  /// The held-out layouts of a simulator, as many of each task.
  init(_ simulator: SimulatorEnvironment, episodes: Int) {
    let name = simulator.settings.name
    self.name = "\(name)"
    seeds = simulator.heldOutSeeds(episodes)
    let ofOne = simulator.facts.initialStates.map { ", the first of its \($0) initial states" }
    layouts = "\(seeds.count) of \(name.tasks.count) tasks" + (ofOne ?? ", each drawn by its seed")
    layoutsAreHeldOut = true
    (horizon, batchSize) = (simulator.horizon, simulator.concurrency)
    self.simulator = simulator
    environment = { policy, control in
      simulator.acting(policy).controlled(
        control == .none
          ? .none : control == .blankImage ? .blankImage : .otherInstruction())
    }
    grouped = { episodes in
      name.tasks.compactMap { task in
        let some = episodes.filter { simulator.task(of: $0.seed) == task }
        return some.isEmpty ? nil : (task, some)
      }
    }
  }
}
