import NanoVLA
import Tabletop

extension ActionStatistics {
  /// The statistics of the actions, in robot units, and the proprioception of `demonstrations`.
  /// - Throws: ``ActionError`` for no action, NaN and infinity.
  public init(of demonstrations: [Demonstration]) throws(ActionError) {
    try self.init(
      of: demonstrations.flatMap(\.actions).map { RobotAction($0) }, in: .tabletop,
      proprioception: demonstrations.flatMap(\.proprioception), trajectories: demonstrations.count)
  }
}
