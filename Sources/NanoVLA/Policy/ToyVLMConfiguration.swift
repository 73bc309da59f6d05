import Tabletop

/// The sizes and words that a ``ToyVLM`` is built with, as its checkpoint's config.json holds them.
public struct ToyVLMConfiguration: Codable, Sendable, Equatable {
  public var imageSize = 64
  public var patchSize = 8
  public var width = 64
  public var heads = 4
  public var ratio = 2
  public var maximumWords = TabletopTask.maximumWords
  public var vocabulary = TabletopTask.words
  public var intents = TabletopTask.Intent.allCases.map(\.rawValue)
  public var camera = Camera()

  public init() {}

  /// Which place of the table a point of the image shows.
  public struct Camera: Codable, Sendable, Equatable {
    /// Where x = 0 and y = 0 of the table appear, as parts of the image's width and height.
    public var left: Float = 6 / 64
    public var top: Float = 18 / 64
    /// How much of the image x and y from 0 to 1 take.
    public var width: Float = 52 / 64
    public var depth: Float = 40 / 64

    public init() {}

    /// - Parameters: u and v run from 0 to 1 across and down the image.
    /// - Returns: [x, y] in world units.
    public func table(u: Float, v: Float) -> [Float] { [(u - left) / width, (v - top) / depth] }
  }
}
