import Tabletop

/// The sizes and words that a ``ToyVLM`` is built with, as its checkpoint's config.json holds them.
public struct ToyVLMConfiguration: Codable, Sendable, Equatable {
  public var imageSize = Renderer.designSize
  public var patchSize = 8
  public var width = 64
  public var heads = 4
  public var ratio = 2
  public var maximumWords = TabletopTask.maximumWords
  public var vocabulary = TabletopTask.words
  public var intents = TabletopTask.Intent.allCases.map(\.rawValue)
  public var camera = Camera.tabletop

  public init() {}
}
