import Images
import NanoVLA
import Tensors

/// What the policy sees, and what it plans.
extension PlaySession {
  func observe() {
    guard !now.isObserved else { return }
    let observation = Observation(seen, proprioception: now.world.proprioception)
    now.memory.history.append(observation)
    (now.observation, now.isObserved) = (observation, true)
  }

  /// The camera's image: covered, of one color; with noise, each byte changed by up to that much of its
  /// range.
  private var seen: RGBImage {
    if settings.isBlank { return now.world.blank }
    let image = now.world.picture
    guard settings.noise > 0 else { return image }
    let pixels = image.pixels.map { byte in
      UInt8(min(max(Float(byte) + 255 * settings.noise * noise.normal(), 0), 255))
    }
    return RGBImage(width: image.width, height: image.height, pixels: pixels)
  }

  /// Lets the policy plan, where it has no plan.
  func decide() throws {
    try now.world.settle()
    observe()
    guard now.world.isRunning, now.memory.plan.isEmpty || settings.ensembles else { return }
    let window = now.memory.history.window
    let instruction = now.world.instruction
    insight = try PolicyInsight(policy, window, instruction)
    let chunk = try policy.predictChunk(window, instruction: instruction, using: &now.memory.random)
    let actions = try chunk.map { try policy.space.clipped(policy.statistics.robotAction($0)) }
    plan = now.world.path(of: actions)
    if settings.ensembles {
      let mean = now.ensemble(chunk)
      now.memory.plan = [try policy.space.clipped(policy.statistics.robotAction(mean))]
    } else {
      now.memory.plan = actions.prefix(min(settings.horizon ?? actions.count, actions.count))
    }
  }
}
