import Tensors

/// Draws the objects and their positions at the start of an episode; lengths are in world units.
enum Layout {
  typealias Kind = (color: ObjectColor, shape: ObjectShape)

  /// The objects of every scene in the suites `goal` and `long`.
  static let goalKinds: [Kind] = [(.red, .block), (.blue, .ball), (.green, .bowl)]

  /// Three different pairs of color and shape.
  static func kinds(using random: inout SeededRandom) -> [Kind] {
    let pairs = ObjectColor.allCases.flatMap { color in
      ObjectShape.allCases.map { (color: color, shape: $0) }
    }
    return Array(random.shuffled(pairs).prefix(3))
  }

  /// Where objects on a belt begin: so far left that they seldom reach its end.
  static let beltStart: ClosedRange<Float> = 0.08...0.6

  /// Objects anywhere on the table, more than 0.28 apart: the gripper touches only one at a time.
  static func objects(
    _ kinds: [Kind], x: ClosedRange<Float> = 0.08...0.92, using random: inout SeededRandom
  ) -> [TabletopObject] {
    while true {
      let objects = kinds.map { kind in
        TabletopObject(
          kind.color, kind.shape, x: random.uniform(in: x), y: random.uniform(in: 0.08...0.92))
      }
      if areApart(objects) { return objects }
    }
  }

  /// The block and the ball stand where each can be pushed left and right: away from the left and
  /// right edges, and never in each other's way.
  static func goalObjects(using random: inout SeededRandom) -> [TabletopObject] {
    while true {
      let objects = goalKinds.map { kind in
        TabletopObject(
          kind.color, kind.shape,
          x: random.uniform(in: kind.shape == .bowl ? 0.08...0.92 : 0.3...0.7),
          y: random.uniform(in: 0.08...0.92))
      }
      let hasFreeLanes = pairs(objects).allSatisfy { abs($0.y - $1.y) > 0.16 }
      if hasFreeLanes && areApart(objects) { return objects }
    }
  }

  /// A post on the center line, the first object behind it and the gripper in front of it: the straight
  /// way is blocked, left and right are equally long. The other objects stand aside, one on each side.
  ///
  /// The post is always at the same place. No instruction names it, so a backbone that grounds
  /// instructions does not report it, and a policy learns to avoid it from the demonstrations' motion.
  static func obstacleScene(_ kinds: [Kind], using random: inout SeededRandom) -> Scene {
    let places: [(x: ClosedRange<Float>, y: ClosedRange<Float>)] = [
      (0.47...0.53, 0.22...0.28), (0.08...0.20, 0.55...0.90), (0.80...0.92, 0.55...0.90),
    ]
    let objects = zip(kinds, places).map { kind, place in
      TabletopObject(
        kind.color, kind.shape, x: random.uniform(in: place.x), y: random.uniform(in: place.y))
    }
    let gripper = Gripper(
      x: random.uniform(in: 0.47...0.53), y: random.uniform(in: 0.85...0.91),
      z: random.uniform(in: 0.6...0.9))
    return Scene(objects: objects, gripper: gripper, obstacle: Obstacle(x: 0.5, y: 0.55))
  }

  private static func areApart(_ objects: [TabletopObject]) -> Bool {
    pairs(objects).allSatisfy { $0.distance(x: $1.x, y: $1.y) > 0.28 }
  }

  private static func pairs(_ objects: [TabletopObject]) -> [(TabletopObject, TabletopObject)] {
    objects.indices.flatMap { first in
      objects.indices[(first + 1)...].map { (objects[first], objects[$0]) }
    }
  }
}
