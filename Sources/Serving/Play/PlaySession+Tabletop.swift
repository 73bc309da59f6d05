import NanoVLA
import Tabletop

/// What only the tabletop can do.
extension PlaySession {
  /// The tabletop, for what it alone can do.
  func tabletop() throws -> PlayTabletop {
    guard let world = now.world as? PlayTabletop else {
      throw RequestProblem("only the tabletop can do that, not a simulator")
    }
    return world
  }

  /// The episode in `world` that has succeeded, as a demonstration of the dataset.
  func demonstration(in world: PlayTabletop) -> Demonstration {
    let seen = past.compactMap(\.observation)
    return Demonstration(
      suite: world.suite, instruction: world.instruction, seed: world.seed,
      frames: seen.map(\.image),
      actions: past.compactMap { $0.action?.values.map(\.toFiveDecimals) },
      proprioception: seen.compactMap { $0.proprioception?.map(\.toFiveDecimals) })
  }
}
