import NanoVLA

/// What the policy sees, and what it plans.
extension PlaySession {
  func observe() {
    guard !now.isObserved else { return }
    let observation = now.world.observation(
      isBlank: settings.isBlank, noise: settings.noise, using: &noise)
    now.memory.history.append(observation)
    (now.observation, now.isObserved) = (observation, true)
  }

  /// Lets the policy plan, where it has no plan.
  func decide() throws {
    observe()
    guard now.world.isRunning, now.memory.plan.isEmpty || settings.ensembles else { return }
    let window = now.memory.history.window
    let instruction = now.world.instruction
    insight = try PolicyInsight(policy, window, instruction)
    let chunk = try policy.predictChunk(window, instruction: instruction, using: &now.memory.random)
    let actions = try chunk.map { try policy.space.clipped(policy.statistics.robotAction($0)) }
    plan = path(of: actions)
    if settings.ensembles {
      let mean = now.ensemble(chunk)
      now.memory.plan = [try policy.space.clipped(policy.statistics.robotAction(mean))]
    } else {
      now.memory.plan = actions.prefix(min(settings.horizon ?? actions.count, actions.count))
    }
  }

  /// Where the actions would lead the gripper, as points of the image.
  private func path(of actions: [RobotAction]) -> [[Float]] {
    let gripper = now.world.scene.gripper
    var (x, y, z) = (gripper.x, gripper.y, gripper.z)
    var points = [now.world.imagePoint(x: x, y: y, z: z)]
    for action in actions {
      (x, y, z) = (x + action.values[0], y + action.values[1], z + action.values[2])
      points.append(now.world.imagePoint(x: x, y: y, z: z))
    }
    return points
  }
}
