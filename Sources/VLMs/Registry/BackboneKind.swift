import Files
import Foundation
import NanoVLA
import Tensors

/// A backbone that is yet to be built: its type and its configuration.
public struct BackboneKind: PartChoice {
  public let part: PartDescription
  public init(_ part: PartDescription) { self.part = part }

  public init<Part: Backbone>(_ type: Part.Type, _ configuration: Part.Configuration) {
    part = PartDescription(type, configuration)
  }

  /// The backbones there are, by name.
  public static let known = PartList<Self>([
    "toyVLM": .init(ToyVLM.self, .init()),
    "vlm": .init(VLM.self, .init(vlm: "llava")),
    "fusedVLM": .init(FusedVLM.self, .init(vlm: .init(vlm: "llava"), fusion: .crossAttention)),
  ])

  /// The backbone, as ``Backbone/make(_:relativeTo:using:)`` builds it.
  public func makeBackbone(
    relativeTo folder: URL?, using random: inout SeededRandom
  ) throws -> any Backbone {
    func make<Part: Backbone>(_ type: Part.Type) throws -> any Backbone {
      try Part.make(
        part.configuration as! Part.Configuration, relativeTo: folder, using: &random)
    }
    let type = part.type as! any Backbone.Type  // see init
    return try make(type)
  }
}
