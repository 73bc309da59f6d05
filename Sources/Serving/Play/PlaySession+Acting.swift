import Foundation
import Images
import NanoVLA

/// The steps of an episode, by the policy or by a person, back, and as a film.
extension PlaySession {
  func rewind(to step: Int) {
    guard past.indices.contains(step) else { return }
    now = past[step]
    now.world.goBack(after: past[..<step].compactMap(\.action))
    past.removeSubrange(step...)
    isPolicys = false
  }

  /// A person acts in the policy's place.
  func drive(_ action: RobotAction) throws {
    now.memory.plan = []
    isPolicys = false
    try act(action)
  }

  func act(_ action: RobotAction) throws {
    guard now.world.isRunning else { return }
    var before = now
    before.action = action
    let isOver = try now.world.step(action)
    past.append(before)
    now.memory.plan = now.memory.plan.dropFirst()
    now.isObserved = false
    if isOver, now.world.isJudged, isPolicys { outcomes.append(now.world.isSuccess) }
  }

  /// The frames of the episode so far, ten a second.
  func film() -> Data {
    RGBImage.animatedPNG(
      (past.map(\.world) + [now.world]).map {
        $0.picture.enlarged(by: max(1, 256 / $0.picture.width))
          .captioned($0.instruction)
      }, framesPerSecond: 5)
  }
}
