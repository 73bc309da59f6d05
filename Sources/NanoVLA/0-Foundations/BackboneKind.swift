import Files
import Foundation
import Tensors

/// A backbone that is yet to be built: its type and its configuration.
public struct BackboneKind: PartChoice {
  public let part: PartDescription

  public init(_ part: PartDescription) { self.part = part }

  public init<Part: Backbone>(_ type: Part.Type, _ configuration: Part.Configuration) {
    part = PartDescription(type, configuration)
  }

  /// The backbones there are, by name; published VLMs join it in the module VLMs.
  public static let known = PartList<Self>(["toyVLM": .init(ToyVLM.self, .init())])

  /// The backbone, its weights random unless its configuration names files that hold them.
  ///
  /// - Parameter folder: where relative paths of the configuration begin.
  /// - Throws: `PartError`, or what is wrong with those files.
  public func makeBackbone(
    relativeTo folder: URL?, using random: inout SeededRandom
  ) throws -> any Backbone {
    // Every `init` takes a Backbone's type.
    try (part.type as! any Backbone.Type).make(part, relativeTo: folder, using: &random)
  }
}

extension Backbone {
  fileprivate static func make(
    _ part: PartDescription, relativeTo folder: URL?, using random: inout SeededRandom
  ) throws -> any Backbone {
    try make(part.configuration as! Configuration, relativeTo: folder, using: &random)
  }
}
