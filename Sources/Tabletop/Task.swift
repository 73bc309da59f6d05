/// A task in a scene: what is asked for, in words, and which objects it is about.
///
/// The grammar is small (`TabletopTask.words` lists every word) and each instruction has one of five forms:
///
///     pick up the red cup                    pick up the left red cup
///     put the blue ball in the green bowl    push the red block left
///     put the blue ball in the green bowl then pick up the red block
///
/// A bare phrase ("the red cup") asks for nothing; it only names an object.
public struct TabletopTask: Sendable, Equatable {
  public let instruction: String
  public let intent: Intent
  /// Index of the object to pick, put or push first.
  public let firstObject: Int
  /// Index of the bowl that the first object belongs in.
  public let destination: Int?
  /// Index of the object to pick at the end of a two-step task.
  public let finalObject: Int?

  public enum Intent: String, CaseIterable, Sendable {
    case bare, pick, put, pushLeft, pushRight, putThenPick
  }

  /// One thing to be achieved, in order.
  public enum Goal: Sendable, Equatable {
    case lift(Int)
    case put(Int, bowl: Int)
    /// Direction −1 is left, +1 right.
    case push(Int, direction: Float)

    /// The object that is to be lifted, put or pushed.
    public var object: Int {
      switch self {
      case .lift(let object), .put(let object, _), .push(let object, _): return object
      }
    }
  }

  public var goals: [Goal] {
    switch intent {
    case .bare: return []
    case .pick: return [.lift(firstObject)]
    case .put: return [.put(firstObject, bowl: destination!)]
    case .pushLeft: return [.push(firstObject, direction: -1)]
    case .pushRight: return [.push(firstObject, direction: 1)]
    case .putThenPick: return [.put(firstObject, bowl: destination!), .lift(finalObject!)]
    }
  }
}

/// Which of two alike objects is meant. Far is away from the viewer, at the top of the picture.
public enum Relation: String, CaseIterable, Sendable { case left, right, far, near }

// MARK: - Grammar

extension TabletopTask {
  /// Every word that an instruction can hold.
  public static let words =
    ["pick", "up", "put", "push", "in", "then", "the"]
    + Relation.allCases.map(\.rawValue) + ObjectColor.allCases.map(\.rawValue)
    + ObjectShape.allCases.map(\.rawValue)

  /// The longest instruction has this many words.
  public static let maximumWords = 14

  public static func bare(_ object: Int, in scene: Scene) -> TabletopTask {
    TabletopTask(scene.phrase(object), .bare, object)
  }

  public static func pick(_ object: Int, in scene: Scene) -> TabletopTask {
    TabletopTask("pick up " + scene.phrase(object), .pick, object)
  }

  public static func put(_ object: Int, into bowl: Int, in scene: Scene) -> TabletopTask {
    TabletopTask(
      "put \(scene.phrase(object)) in \(scene.phrase(bowl))", .put, object, bowl)
  }

  /// `direction` is `.left` or `.right`.
  public static func push(_ object: Int, _ direction: Relation, in scene: Scene) -> TabletopTask {
    guard direction == .left || direction == .right else {
      fatalError("push: direction \(direction) is neither left nor right")
    }
    return TabletopTask(
      "push \(scene.phrase(object)) \(direction.rawValue)",
      direction == .left ? .pushLeft : .pushRight, object)
  }

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
  /// The words for an object: "the red cup", or, if another one looks the same, "the left red cup".
  public func phrase(_ index: Int) -> String {
    let object = objects[index]
    let relation = relation(of: index).map { $0.rawValue + " " } ?? ""
    return "the \(relation)\(object.color.rawValue) \(object.shape.rawValue)"
  }

  /// What tells an object from the one that looks the same, along the axis on which they are farther
  /// apart; `nil` if none does.
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
