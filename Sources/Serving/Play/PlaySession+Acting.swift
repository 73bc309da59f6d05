import NanoVLA
import Tabletop

/// The steps of an episode, by the policy or by a person, and back.
extension PlaySession {
  func rewind(to step: Int) {
    guard past.indices.contains(step) else { return }
    now = past[step]
    past.removeSubrange(step...)
    isPolicys = false
  }

  /// A person acts in the policy's place.
  func drive(_ action: RobotAction) {
    now.memory.plan = []
    isPolicys = false
    act(action)
  }

  func act(_ action: RobotAction) {
    guard now.world.isRunning else { return }
    now.action = action
    past.append(now)
    now.memory.plan = now.memory.plan.dropFirst()
    now.isObserved = false
    if now.world.step(action), now.world.isJudged, isPolicys { outcomes.append(isSuccess) }
  }

  var isSuccess: Bool { now.world.isJudged && now.world.world.outcome == .success }

  /// The episode that has succeeded, as a demonstration of the dataset.
  var demonstration: Demonstration {
    let seen = past.compactMap(\.observation)
    return Demonstration(
      suite: now.world.suite, instruction: now.world.instruction, seed: now.world.seed,
      frames: seen.map(\.image),
      actions: past.compactMap { $0.action?.values.map(\.toFiveDecimals) },
      proprioception: seen.compactMap { $0.proprioception?.map(\.toFiveDecimals) })
  }
}
