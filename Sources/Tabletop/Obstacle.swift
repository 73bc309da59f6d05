/// A round post on the table, taller than the gripper can rise: the only way is around it.
public struct Obstacle: Sendable, Equatable {
  /// Position of its center in world units.
  public var x, y: Float

  /// A post at (`x`, `y`), in world units.
  public init(x: Float, y: Float) { (self.x, self.y) = (x, y) }

  /// Distance over the table, in world units, from this post's center to (`x`, `y`).
  public func distance(x: Float, y: Float) -> Float {
    ((self.x - x) * (self.x - x) + (self.y - y) * (self.y - y)).squareRoot()
  }
}
