import Files
import Foundation
import Tabletop
import Tensors

/// The sizes and the vocabulary of a ``ToyVLM``: its checkpoint's config.json.
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
  /// Maps patches to positions on the table.
  public var camera = Camera.tabletop

  /// The sizes of the bundled model.
  public init() {}

  /// Why no model can be built with these sizes; nil if one can.
  package var validationError: PartError? {
    let sizes = [
      ("imageSize", imageSize, Limits.imageSize), ("patchSize", patchSize, Limits.patchSize),
      ("width", width, Limits.width), ("heads", heads, Limits.width),
      ("ratio", ratio, Limits.mlpRatio), ("maximumWords", maximumWords, Limits.words),
      ("vocabulary", vocabulary.count, Limits.vocabulary),
    ]
    for (name, size, range) in sizes where !range.contains(size) {
      return PartError(name, "\(size) is not in \(range)")
    }
    if imageSize % patchSize != 0 {
      return PartError("imageSize", "\(imageSize) is not a multiple of patchSize \(patchSize)")
    }
    if !Limits.patchesPerSide.contains(imageSize / patchSize) {
      return PartError("imageSize", "more than 64×64 patches")
    }
    if width % heads != 0 || width % 4 != 0 {
      return PartError("width", "\(width) is not a multiple of 4 and of \(heads) heads")
    }
    if intents != TabletopTask.Intent.allCases.map(\.rawValue) {
      return PartError("intents", "\(intents) are not those of the toy world")
    }
    if camera.width < 0.01 || camera.depth < 0.01 {
      return PartError("camera", "\(camera.width)×\(camera.depth) of the table are too small")
    }
    return nil
  }
}

extension ToyVLM {
  /// The file of a checkpoint's folder with the parameters.
  public static let weightsFile = "model.safetensors"
  /// The file of a checkpoint's folder with the ``ToyVLMConfiguration``.
  public static let configurationFile = "config.json"

  /// Loads a checkpoint.
  /// - Throws: `CheckpointError`, `JSONFileError` or `SafetensorsError`, with the file and its mistake.
  public convenience init(contentsOf folder: URL) throws {
    let file = folder.appending(path: Self.configurationFile)
    let configuration = try ToyVLMConfiguration.load(from: file)
    if let error = configuration.validationError {
      throw CheckpointError.badConfiguration(file.path, error.description)
    }
    var random = SeededRandom(seed: 0)
    self.init(configuration, using: &random)
    try load(from: folder.appending(path: Self.weightsFile))
  }
}

extension Backbone where Self == ToyVLM {
  /// The backbone that comes with the course, trained by `nanovla pretrain`.
  public static func bundled() throws -> ToyVLM {
    try ToyVLM(
      contentsOf: BundledFolder.locate(
        bundle: "nanoVLA_NanoVLA", folder: "ToyVLM", source: #filePath))
  }
}
