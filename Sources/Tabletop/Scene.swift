/// What stands on the table and where the gripper is: the whole state of the toy world.
///
/// Lengths are in world units: x runs from left (0) to right (1), y from far (0) to near (1), z from
/// the table (0) up (1). An object's or the gripper's position is that of its center.
public struct Scene: Sendable, Equatable {
  /// The objects; tasks refer to them by their indices.
  public var objects: [TabletopObject]
  /// The robot.
  public var gripper: Gripper
  /// Index of the object in the gripper; `nil` if the gripper is empty.
  public var held: Int?
  /// A post in the robot's way; only the suite `obstacle` has one.
  public var obstacle: Obstacle?
  /// How far the belt under the objects carries them to the right in each step; 0 is a table.
  public var belt: Float = 0

  /// A scene. A held object is moved to the gripper.
  public init(
    objects: [TabletopObject], gripper: Gripper, held: Int? = nil, obstacle: Obstacle? = nil
  ) {
    self.objects = objects
    self.gripper = gripper
    self.held = held
    self.obstacle = obstacle
    if held != nil { carryHeldObject() }
  }

  /// The robot's own state, `[x, y, z, closed]`: the gripper's position in world units, and 1 if it is
  /// closed, otherwise 0.
  public var proprioception: [Float] {
    [gripper.x, gripper.y, gripper.z, gripper.isClosed ? 1 : 0]
  }

  /// Index of the bowl that object `index` lies in: the nearest within ``Rules/bowlRadius``. `nil` if
  /// there is none, if the object is a bowl itself, or if the gripper holds it.
  public func bowl(holding index: Int) -> Int? {
    let object = objects[index]
    guard object.shape != .bowl, index != held else { return nil }
    return objects.indices
      .filter { objects[$0].shape == .bowl && $0 != held }
      .map { (bowl: $0, distance: object.distance(x: objects[$0].x, y: objects[$0].y)) }
      .filter { $0.distance <= Rules.bowlRadius }
      .min { $0.distance < $1.distance }?.bowl
  }
}

/// The robot's end effector: a gripper with two fingers, which are open or closed.
public struct Gripper: Sendable, Equatable {
  /// Position in world units.
  public var x, y, z: Float
  /// Whether the fingers are closed, with or without an object between them.
  public var isClosed: Bool

  /// A gripper at (`x`, `y`, `z`), in world units.
  public init(x: Float, y: Float, z: Float, isClosed: Bool = false) {
    (self.x, self.y, self.z, self.isClosed) = (x, y, z, isClosed)
  }
}

/// An object to pick, push or put: a color, a shape and the position of its center.
public struct TabletopObject: Sendable, Equatable {
  /// Its color, which instructions name.
  public var color: ObjectColor
  /// Its shape, which instructions name.
  public var shape: ObjectShape
  /// Position in world units; z is 0 on the table.
  public var x, y, z: Float

  /// An object at (`x`, `y`, `z`), in world units.
  public init(_ color: ObjectColor, _ shape: ObjectShape, x: Float, y: Float, z: Float = 0) {
    (self.color, self.shape, self.x, self.y, self.z) = (color, shape, x, y, z)
  }

  /// Distance over the table, in world units, from this object to (`x`, `y`).
  public func distance(x: Float, y: Float) -> Float {
    ((self.x - x) * (self.x - x) + (self.y - y) * (self.y - y)).squareRoot()
  }
}

/// The colors of objects, by the words that instructions use.
public enum ObjectColor: String, CaseIterable, Sendable { case red, green, blue, yellow }

/// The shapes of objects, by the words that instructions use.
public enum ObjectShape: String, CaseIterable, Sendable { case cup, block, ball, bowl }
