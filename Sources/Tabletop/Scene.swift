/// What stands on the table and where the gripper is: the whole state of the toy world.
///
/// Lengths are in world units: x runs from left (0) to right (1), y from far (0) to near (1), z from
/// the table (0) up (1).
public struct Scene: Sendable, Equatable {
  public var objects: [TabletopObject]
  public var gripper: Gripper
  /// Index of the object in the gripper.
  public var held: Int?
  /// What stands in the arm's way, in scenes that have such a thing.
  public var obstacle: Obstacle?

  public init(
    objects: [TabletopObject], gripper: Gripper, held: Int? = nil, obstacle: Obstacle? = nil
  ) {
    self.objects = objects
    self.gripper = gripper
    self.held = held
    self.obstacle = obstacle
    if held != nil { carryHeldObject() }
  }

  /// What the arm feels of itself, `[x, y, z, closed]`, closed being 0 or 1.
  public var proprioception: [Float] {
    [gripper.x, gripper.y, gripper.z, gripper.isClosed ? 1 : 0]
  }

  /// Index of the bowl that object `index` lies in: the nearest within `Rules.bowlRadius`.
  public func bowl(holding index: Int) -> Int? {
    let object = objects[index]
    guard object.shape != .bowl, index != held else { return nil }
    return objects.indices
      .filter { objects[$0].shape == .bowl && $0 != held }
      .map { (bowl: $0, distance: object.distance(x: objects[$0].x, y: objects[$0].y)) }
      .filter { $0.distance <= Rules.bowlRadius }
      .min { $0.distance < $1.distance }?.bowl
  }

  /// Moves the object in the gripper to where the gripper is.
  mutating func carryHeldObject() {
    guard let held else { return }
    objects[held].x = gripper.x
    objects[held].y = gripper.y
    objects[held].z = gripper.z
  }
}

/// A gripper with two fingers, which are open or closed.
public struct Gripper: Sendable, Equatable {
  public var x, y, z: Float
  public var isClosed: Bool

  public init(x: Float, y: Float, z: Float, isClosed: Bool = false) {
    (self.x, self.y, self.z, self.isClosed) = (x, y, z, isClosed)
  }
}

/// Something to pick, push or put: a colour, a shape and the place of its centre.
public struct TabletopObject: Sendable, Equatable {
  public var color: ObjectColor
  public var shape: ObjectShape
  public var x, y, z: Float

  public init(_ color: ObjectColor, _ shape: ObjectShape, x: Float, y: Float, z: Float = 0) {
    (self.color, self.shape, self.x, self.y, self.z) = (color, shape, x, y, z)
  }

  /// Distance over the table from this object to (`x`, `y`).
  public func distance(x: Float, y: Float) -> Float {
    ((self.x - x) * (self.x - x) + (self.y - y) * (self.y - y)).squareRoot()
  }
}

public enum ObjectColor: String, CaseIterable, Sendable { case red, green, blue, yellow }
public enum ObjectShape: String, CaseIterable, Sendable { case cup, block, ball, bowl }
