import NanoVLA
import Tensors

/// An environment whose instructions end with a full stop, as those of another dataset may.
public struct PunctuatedEnvironment: Environment {
  public var world: any Environment
  public init(_ world: any Environment) { self.world = world }

  public var space: ActionSpace { world.space }
  public var instruction: String { world.instruction + "." }
  public var achievedOriginalTask: Bool { world.achievedOriginalTask }
  public func copy() throws -> Self { Self(try world.copy()) }
  public mutating func reset(to seed: UInt64) throws { try world.reset(to: seed) }
  public func observation() throws -> Observation { try world.observation() }
  public mutating func step(_ action: RobotAction) throws -> Ending? { try world.step(action) }
  public func heldOutSeeds(_ count: Int) -> [UInt64] { world.heldOutSeeds(count) }
  public func practiceSeed(using random: inout SeededRandom) -> UInt64 {
    world.practiceSeed(using: &random)
  }
}
