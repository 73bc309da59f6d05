import Tensors

/// One episode in progress: its environment, what the policy remembers, and what it plans.
public struct Rollout {
  /// The name of its initial state.
  public let seed: UInt64
  /// Its own environment, and the last H observations.
  public private(set) var environment: any Environment, history: History
  /// The actions that are decided and not yet executed, in robot units.
  public var plan: [RobotAction] = []
  /// Executed actions so far.
  public private(set) var steps = 0
  /// nil while the episode is running.
  public private(set) var ending: Ending?
  private var isObserved = false, observations: [Observation] = [], actions: [RobotAction] = []
  /// Of this rollout's noise. A stream of its own, so that no other episode changes it.
  private var random: SeededRandom

  /// A copy of `environment`, reset to `seed`, for a policy that remembers `history` observations.
  public init(in environment: any Environment, seed: UInt64, history: Int = 1) throws {
    (self.seed, self.history) = (seed, History(length: history))
    (self.environment, random) = (try environment.copy(), SeededRandom(seed: ~seed))
    try self.environment.reset(to: seed)
  }

  /// Another rollout from the same initial state. What was observed there is shared.
  func sibling() throws -> Rollout {
    var sibling = self
    sibling.environment = try environment.copy()
    try sibling.environment.reset(to: seed)
    return sibling
  }

  /// Adds the present observation to the history, once a step.
  mutating func observe() throws {
    guard !isObserved else { return }
    history.append(try environment.observation())
    isObserved = true
  }

  /// Executes the next action of the plan.
  fileprivate mutating func step(_ worker: RolloutWorker) throws {
    let action = plan.removeFirst()
    if worker.keepsRecord {
      observations.append(history.window[history.length - 1])
      actions.append(action)
    }
    ending = try environment.step(worker.perturbed(action, &random))
    (steps, isObserved) = (steps + 1, false)
    if worker.keepsRecord, ending != nil { observations.append(try environment.observation()) }
  }

  /// What happened, once it has ended.
  public var episode: Episode {
    guard let ending else { fatalError("Rollout: seed \(seed) is running after \(steps) steps") }
    return Episode(
      seed: seed, instruction: environment.instruction, ending: ending,
      achievedOriginalTask: environment.achievedOriginalTask, steps: steps,
      observations: observations, actions: actions)
  }
}

/// The rollout loop: runs many episodes in step until all have ended.
///
/// All that acts in this package acts through this loop: closed-loop evaluation (``ClosedLoop``),
/// groups of rollouts for reinforcement learning (``GroupRollouts``) and the recording of an expert
/// (``Recorder``). They differ in who decides. A network decides for all episodes at once:
///
///     while an episode is running:
///       decide:  a plan of one or more actions for each rollout whose plan is empty
///       step:    each rollout executes one action of its plan
public struct RolloutWorker {
  /// Whether observations and actions of every step are kept (``Episode/observations``).
  public var keepsRecord = false
  /// The action that is executed in place of the one that was decided on: noise, for instance.
  public var perturbed: (RobotAction, inout SeededRandom) -> RobotAction = { action, _ in action }
  /// A worker that executes what was decided on.
  public init(keepsRecord: Bool = false) { self.keepsRecord = keepsRecord }

  /// Runs `rollouts` until all have ended.
  /// - Parameter decide: sets the plan of each of the rollouts with the given indices.
  /// - Throws: what `decide` or an environment throws.
  public func callAsFunction(
    _ rollouts: inout [Rollout], decide: (inout [Rollout], [Int]) throws -> Void
  ) throws {
    while case let active = rollouts.indices.filter({ rollouts[$0].ending == nil }),
      !active.isEmpty
    {
      let deciding = active.filter { rollouts[$0].plan.isEmpty }
      for i in active
      where rollouts[i].plan.isEmpty || rollouts[i].history.length > 1 || keepsRecord {
        try rollouts[i].observe()
      }
      if !deciding.isEmpty { try decide(&rollouts, deciding) }
      for i in active { try rollouts[i].step(self) }
    }
  }
}
