import Tensors

/// Where objects stand at the start of an episode.
enum Layout {
  typealias Kind = (color: ObjectColor, shape: ObjectShape)

  /// What every scene of the suites `goal` and `long` holds.
  static let goalKinds: [Kind] = [(.red, .block), (.blue, .ball), (.green, .bowl)]

  /// Three different pairs of colour and shape.
  static func kinds(using random: inout SeededRandom) -> [Kind] {
    let pairs = ObjectColor.allCases.flatMap { color in
      ObjectShape.allCases.map { (color: color, shape: $0) }
    }
    return Array(random.shuffled(pairs).prefix(3))
  }

  /// Objects anywhere on the table, more than 0.28 apart, so that no two can be mistaken or touched
  /// together.
  static func objects(_ kinds: [Kind], using random: inout SeededRandom) -> [TabletopObject] {
    while true {
      let objects = kinds.map { kind in
        TabletopObject(
          kind.color, kind.shape, x: random.uniform(in: 0.08...0.92),
          y: random.uniform(in: 0.08...0.92))
      }
      if areApart(objects) { return objects }
    }
  }

  /// The block and the ball stand where either can be pushed either way: away from the left and right
  /// edges, and never behind one another.
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

  /// A post on the centre line, the first object behind it and the gripper before it: straight on is
  /// blocked, left and right are equally far. The other objects stand out of the way, one on each side.
  ///
  /// The post is always at the same place. The toy VLM has no word for it, so a policy on top of it can
  /// learn only from what the expert's arm did where the post must be.
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
