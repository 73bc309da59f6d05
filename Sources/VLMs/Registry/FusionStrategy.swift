import Files
import NanoVLA
import Tensors

/// A fusion that is yet to be built: its type and its configuration.
///
/// A fusion of your own joins the list with one line, `FusionStrategy.known.register("mine", .init(
/// MyFusion.self, .init()))`.
public struct FusionStrategy: PartChoice {
  public let part: PartDescription
  public init(_ part: PartDescription) { self.part = part }

  public init<Part: Fusion>(_ type: Part.Type, _ configuration: Part.Configuration) {
    part = PartDescription(type, configuration)
  }

  /// The instruction's tokens query the image: ``CrossAttentionFusion``.
  public static let crossAttention = Self(CrossAttentionFusion.self, .init())
  /// Image and text tokens in one sequence: ``ConcatFusion``.
  public static let concat = Self(ConcatFusion.self, .init())
  /// The text scales and shifts the image's channels: ``FiLMFusion``.
  public static let film = Self(FiLMFusion.self, .init())
  /// A gate mixes image and text channel by channel: ``GatedFusion``.
  public static let gated = Self(GatedFusion.self, .init())

  /// The fusions there are, by name.
  public static let known = PartList<Self>([
    "crossAttention": .crossAttention, "concat": .concat, "film": .film, "gated": .gated,
  ])

  /// Why no fusion can be built from the configuration; nil if one can.
  public var validationError: PartError? { part.validationError }

  /// An untrained fusion of this kind for tokens of `width` numbers.
  public func fusion(width: Int, using random: inout SeededRandom) -> any Fusion {
    func make<Part: Fusion>(_ type: Part.Type) -> any Fusion {
      Part(part.configuration as! Part.Configuration, width: width, using: &random)
    }
    let type = part.type as! any Fusion.Type  // see init
    return make(type)
  }
}
