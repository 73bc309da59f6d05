import Tabletop

/// The sizes and the vocabulary that a ``ToyVLM`` is built with, as its checkpoint's config.json holds
/// them.
public struct ToyVLMConfiguration: Codable, Sendable, Equatable {
  /// Side of the square image, in pixels; a multiple of ``patchSize``.
  public var imageSize = Renderer.designSize
  /// Side of a patch, in pixels.
  public var patchSize = 8
  /// D, the width of every token; a multiple of 4 and of ``heads``.
  public var width = 64
  /// Attention heads of every block.
  public var heads = 4
  /// The MLP's hidden width, as a multiple of ``width``.
  public var ratio = 2
  /// Length that instructions are padded to, in words.
  public var maximumWords = TabletopTask.maximumWords
  /// The words of instructions, in the order of their token ids.
  public var vocabulary = TabletopTask.words
  /// The classes of the intent, in order.
  public var intents = TabletopTask.Intent.allCases.map(\.rawValue)
  /// Turns patches into positions on the table.
  public var camera = Camera.tabletop

  /// The sizes of the bundled model.
  public init() {}
}
