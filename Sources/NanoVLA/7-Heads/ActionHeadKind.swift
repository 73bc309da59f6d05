import Files
import Tensors

/// A head that is yet to be built: its type and its configuration.
///
/// A head of your own joins the list with one line, `ActionHeadKind.known.register("mine", .init(
/// MyHead.self, .init()))`; policies with it are then saved, resumed and evaluated.
public struct ActionHeadKind: PartChoice {
  public let part: PartDescription
  public init(_ part: PartDescription) { self.part = part }

  public init<Head: ActionHead>(_ type: Head.Type, _ configuration: Head.Configuration) {
    part = PartDescription(type, configuration)
  }

  /// One of `bins` tokens for each number: ``TokenHead``.
  public static func tokens(bins: Int) -> Self { .init(TokenHead.self, .init(bins: bins)) }
  /// A number, trained with the absolute error: ``ContinuousHead``.
  public static let l1 = Self(ContinuousHead.self, .init(error: .absolute))
  /// A number, trained with the squared error: ``ContinuousHead``.
  public static let mse = Self(ContinuousHead.self, .init(error: .squared))
  /// Numbers for the pose, a choice for the gripper: ``HybridHead``.
  public static let hybrid = Self(HybridHead.self, .init())
  /// A velocity from noise to actions: ``FlowMatchingHead``.
  public static let flow = Self(FlowMatchingHead.self, .init())
  /// A string of integers, and captions: ``TextHead``.
  public static let text = Self(TextHead.self, .init())

  /// The heads there are, by the names that commands use.
  public static let known = PartList<Self>([
    "tokens": .tokens(bins: 32), "l1": .l1, "mse": .mse, "hybrid": .hybrid, "flow": .flow,
    "text": .text,
  ])

  /// Why the head cannot be built there; nil if it can.
  public func validationError(in place: HeadContext) -> PartError? {
    func check<Head: ActionHead>(_ type: Head.Type) -> PartError? {
      Head.validationError(part.configuration as! Head.Configuration, in: place)
    }
    let type = part.type as! any ActionHead.Type  // see init
    return part.validationError ?? check(type)
  }

  /// An untrained head of this kind.
  public func head(for place: HeadContext, using random: inout SeededRandom) -> any ActionHead {
    func make<Head: ActionHead>(_ type: Head.Type) -> any ActionHead {
      Head(part.configuration as! Head.Configuration, for: place, using: &random)
    }
    let type = part.type as! any ActionHead.Type
    return make(type)
  }
}
