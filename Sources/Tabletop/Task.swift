/// A task in a scene: an instruction, and the objects and goals that it stands for.
///
/// The grammar is small: ``words`` lists every word, and an instruction has one of these forms:
///
///     pick up the red cup                    pick up the left red cup
///     put the blue ball in the green bowl    push the red block left
///     put the blue ball in the green bowl then pick up the red block
///
/// A bare phrase ("the red cup") only names an object and has no goal; grounding is trained on it too.
public struct TabletopTask: Sendable, Equatable {
  /// At most ``maximumWords`` of ``words``, lowercase, separated by spaces.
  public let instruction: String
  /// The form of the instruction, which decides the ``goals``.
  public let intent: Intent
  /// Index of the object to pick, put or push first.
  public let firstObject: Int
  /// Index of the bowl that the first object belongs in.
  public let destination: Int?
  /// Index of the object to pick at the end of a two-step task.
  public let finalObject: Int?

  /// The kind of instruction.
  public enum Intent: String, CaseIterable, Sendable {
    case bare, pick, put, pushLeft, pushRight, putThenPick
  }

  /// One step of a task. Objects are indices into the scene's objects.
  public enum Goal: Sendable, Equatable {
    /// Achieved when the held object is above ``Rules/liftedHeight``; lifting another object fails.
    case lift(Int)
    /// Achieved when the object is released within ``Rules/bowlRadius`` of the bowl's center.
    case put(Int, bowl: Int)
    /// Achieved when the object is ``Rules/pushedDistance`` from where it stood, −1 left or +1 right.
    case push(Int, direction: Float)

    /// The object to lift, put or push.
    public var object: Int {
      switch self {
      case .lift(let object), .put(let object, _), .push(let object, _): return object
      }
    }
  }

  /// The goals in the order in which they must be achieved.
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
