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

  private static func areApart(_ objects: [TabletopObject]) -> Bool {
    pairs(objects).allSatisfy { $0.distance(x: $1.x, y: $1.y) > 0.28 }
  }

  private static func pairs(_ objects: [TabletopObject]) -> [(TabletopObject, TabletopObject)] {
    objects.indices.flatMap { first in
      objects.indices[(first + 1)...].map { (objects[first], objects[$0]) }
    }
  }
}
