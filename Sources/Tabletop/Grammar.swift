/// Which of two objects that look alike is meant. Far is away from the viewer, at the top of the image.
public enum Relation: String, CaseIterable, Sendable { case left, right, far, near }

/// The grammar of instructions: one function a form, from objects to words.
extension TabletopTask {
  /// The vocabulary: every word of every instruction.
  public static let words =
    ["pick", "up", "put", "push", "in", "then", "the"]
    + Relation.allCases.map(\.rawValue) + ObjectColor.allCases.map(\.rawValue)
    + ObjectShape.allCases.map(\.rawValue)

  /// Words in the longest instruction.
  public static let maximumWords = 14

  /// "the red cup"
  public static func bare(_ object: Int, in scene: Scene) -> TabletopTask {
    TabletopTask(scene.phrase(object), .bare, object)
  }

  /// "pick up the red cup"
  public static func pick(_ object: Int, in scene: Scene) -> TabletopTask {
    TabletopTask("pick up " + scene.phrase(object), .pick, object)
  }

  /// "put the blue ball in the green bowl"
  public static func put(_ object: Int, into bowl: Int, in scene: Scene) -> TabletopTask {
    TabletopTask(
      "put \(scene.phrase(object)) in \(scene.phrase(bowl))", .put, object, bowl)
  }

  /// "push the red block left"; `direction` is `.left` or `.right`.
  public static func push(_ object: Int, _ direction: Relation, in scene: Scene) -> TabletopTask {
    guard direction == .left || direction == .right else {
      fatalError("push: direction \(direction) is neither left nor right")
    }
    return TabletopTask(
      "push \(scene.phrase(object)) \(direction.rawValue)",
      direction == .left ? .pushLeft : .pushRight, object)
  }

  /// "put the blue ball in the green bowl then pick up the red block"
  public static func put(_ object: Int, into bowl: Int, thenPick last: Int, in scene: Scene)
    -> TabletopTask
  {
    let put = put(object, into: bowl, in: scene).instruction
    let pick = pick(last, in: scene).instruction
    return TabletopTask("\(put) then \(pick)", .putThenPick, object, bowl, last)
  }

  private init(
    _ instruction: String, _ intent: Intent, _ first: Int, _ bowl: Int? = nil, _ last: Int? = nil
  ) {
    (self.instruction, self.intent) = (instruction, intent)
    (firstObject, destination, finalObject) = (first, bowl, last)
  }
}

extension Scene {
  /// The phrase for object `index`: "the red cup", or, if another object looks alike, "the left red
  /// cup".
  public func phrase(_ index: Int) -> String {
    let object = objects[index]
    let relation = relation(of: index).map { $0.rawValue + " " } ?? ""
    return "the \(relation)\(object.color.rawValue) \(object.shape.rawValue)"
  }

  /// How object `index` lies relative to the object that looks alike, along the axis on which they are
  /// farther apart; `nil` if no other object looks alike.
  public func relation(of index: Int) -> Relation? {
    let object = objects[index]
    let twin = objects.indices.first {
      $0 != index && objects[$0].color == object.color && objects[$0].shape == object.shape
    }
    guard let twin else { return nil }
    let (dx, dy) = (object.x - objects[twin].x, object.y - objects[twin].y)
    return abs(dx) > abs(dy) ? (dx < 0 ? .left : .right) : (dy < 0 ? .far : .near)
  }
}
