import Tabletop
import Tensors

/// The G rollouts of one start while they run, and their record.
///
/// Before the first decision all G arms see the same picture, so it is looked at once.
struct Attempts {
  let seed: UInt64
  private var arms: [Arm]
  private let instruction: String
  private let executed: Int
  private let renderer: Renderer
  private var random: SeededRandom
  private var states: [Tensor] = []
  private var bins: [Int] = []
  private var mask: [Float] = []
  private var rollout: [Int] = []

  private struct Arm {
    var world: TabletopWorld
    var history: History

    mutating func look(_ renderer: Renderer) {
      let picture = renderer.render(world.scene)
      history.append(Observation(picture, proprioception: world.scene.proprioception))
    }
  }

  init(seed: UInt64, random: SeededRandom, rollouts: Rollouts, _ policy: VLA) throws {
    (self.seed, self.random, executed) = (seed, random, policy.head.chunk)
    let start = rollouts.suite.initialState(seed: seed)
    instruction = start.task.instruction
    renderer = Renderer(size: policy.backbone.imageSize ?? 64)
    let world = TabletopWorld(start)
    let arm = Arm(world: world, history: History(length: policy.history))
    arms = Array(repeating: arm, count: rollouts.groupSize)
  }

  private var running: [Int] { arms.indices.filter { arms[$0].world.outcome == .running } }
  private var isFirst: Bool { states.isEmpty }

  var isRunning: Bool { !running.isEmpty }
  /// How many pictures ``look()`` gives.
  var lookers: Int { isFirst ? 1 : running.count }
  /// One for each of them.
  var instructions: [String] { Array(repeating: instruction, count: lookers) }

  /// What every running arm sees.
  mutating func look() -> [[Observation]] {
    if isFirst {
      var first = arms[0]
      first.look(renderer)
      for i in arms.indices { arms[i].history = first.history }
      return [first.history.window]
    }
    return running.map { i in
      arms[i].look(renderer)
      return arms[i].history.window
    }
  }

  /// Draws and carries out a chunk of every running arm. `seen`: [lookers, S]
  mutating func act(
    on seen: Tensor, _ policy: VLA, _ head: TokenHead, _ temperature: Float
  ) throws {
    let acting = running
    let state =
      isFirst ? seen.rows(at: acting.map { _ in 0 }) : seen  // [lookers, S] → [n, S]
    let (K, A) = (head.chunk, head.dimensions)
    let chosen = head.bins(for: state, temperature: temperature, using: &random)  // n·K·A bins
    states.append(state)
    bins += chosen
    rollout += acting
    for (row, i) in acting.enumerated() {
      for k in 0..<executed {
        let isRunning = arms[i].world.outcome == .running
        mask.append(isRunning ? 1 : 0)
        guard isRunning else { continue }
        if k > 0, policy.history > 1 { arms[i].look(renderer) }  // a memory misses no step
        let first = (row * K + k) * A
        let action = chosen[first..<first + A].map { Float(head.tokenizer.center($0)) }
        arms[i].world.step(try policy.statistics.robotAction(NormalizedAction(action)).values)
      }
    }
  }

  /// The record of all, when none runs any more.
  func group(_ head: TokenHead, temperature: Float) -> RolloutGroup {
    let states = Tensor.concatenated(self.states, axis: 0)  // → [N, S]
    return RolloutGroup(
      seed: seed, rewards: arms.map { $0.world.outcome == .success ? 1 : 0 },
      steps: arms.map(\.world.stepCount), states: states, bins: bins,
      logProbabilities: head.logProbabilities(of: bins, for: states, temperature: temperature),
      mask: Tensor(mask, shape: [rollout.count, head.chunk, 1]), rollout: rollout)
  }
}
