import Files
import Tensors

/// A head that is yet to be built: its type and its configuration.
///
/// A head of your own joins the list with one line, `ActionHeadKind.known.register("mine", .init(
/// MyHead.self, .init()))`; from then on policies with it are saved, resumed and evaluated like others.
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
  /// OpenVLA-OFT's regression: ``ResidualHead``.
  public static let residual = Self(ResidualHead.self, .init())

  /// The heads there are, by the names that commands use.
  public static let known = PartList<Self>([
    "tokens": .tokens(bins: 32),
    "l1": .l1,
    "mse": .mse,
    "hybrid": .hybrid,
    "flow": .flow,
    "residual": .residual,
  ])

  private var type: any ActionHead.Type { part.type as! any ActionHead.Type }  // see init

  /// Why the head cannot be built there; nil if it can.
  public func validationError(in place: HeadContext) -> PartError? {
    type.validationError(part, in: place)
  }

  /// An untrained head of this kind.
  public func head(for place: HeadContext, using random: inout SeededRandom) -> any ActionHead {
    type.make(part, for: place, using: &random)
  }
}

extension ActionHead {
  fileprivate static func validationError(
    _ part: PartDescription, in place: HeadContext
  ) -> PartError? {
    validationError(part.configuration as! Configuration, in: place)
  }

  fileprivate static func make(
    _ part: PartDescription, for place: HeadContext, using random: inout SeededRandom
  ) -> any ActionHead {
    Self(part.configuration as! Configuration, for: place, using: &random)
  }
}
