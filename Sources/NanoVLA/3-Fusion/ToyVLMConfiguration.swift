import Files
import Foundation
import Tabletop
import Tensors

/// The sizes and the vocabulary of a ``ToyVLM``, as its checkpoint stores them.
public struct ToyVLMConfiguration: Codable, Sendable, Equatable {
  /// Sides of the square image and of a patch, in pixels; the first is a multiple of the second.
  public var imageSize = Renderer.designSize, patchSize = 8
  /// D, the width of every token; a multiple of 4 and of ``heads``, the attention heads of a block.
  public var width = 64, heads = 4
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
      ("imageSize / patchSize", imageSize / max(1, patchSize), Limits.patchesPerSide),
    ]
    for (name, size, range) in sizes where !range.contains(size) {
      return PartError(name, "\(size) is not in \(range)")
    }
    let rules = [
      ("imageSize", imageSize % patchSize == 0, "not a multiple of patchSize \(patchSize)"),
      ("width", width % heads == 0 && width % 4 == 0, "not a multiple of 4 and of \(heads) heads"),
      ("intents", intents == Self().intents, "\(intents) are not those of the toy world"),
      ("camera", min(camera.width, camera.depth) >= 0.01, "a part of the table below 0.01 units"),
    ]
    return rules.first { !$0.1 }.map { PartError($0.0, $0.2) }
  }
}

extension ToyVLM {
  /// The files of a checkpoint's folder: the parameters, and the ``ToyVLMConfiguration``.
  public static let weightsFile = "model.safetensors", configurationFile = "config.json"

  /// Loads a checkpoint.
  /// - Throws: an error with the file and its mistake.
  public convenience init(contentsOf folder: URL) throws {
    let file = try FolderBoundary(folder).file(Self.configurationFile)
    let configuration = try ToyVLMConfiguration.load(from: file)
    if let error = configuration.validationError {
      throw CheckpointError.badConfiguration(file.path, error.description)
    }
    var random = SeededRandom(seed: 0)
    self.init(configuration, using: &random)
    try load(from: FolderBoundary(folder).file(Self.weightsFile))
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
