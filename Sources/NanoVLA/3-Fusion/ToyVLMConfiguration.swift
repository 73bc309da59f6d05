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

  /// Why no model can have these sizes; nil if one can.
  package var validationError: String? {
    let sizes = [
      "imageSize": imageSize, "patchSize": patchSize, "width": width, "heads": heads,
      "ratio": ratio, "maximumWords": maximumWords,
    ]
    for (name, size) in sizes.sorted(by: { $0.key < $1.key }) where !(1...4096 ~= size) {
      return "\(name) is \(size), not in 1…4096"
    }
    if imageSize % patchSize != 0 {
      return "imageSize \(imageSize) is not a multiple of patchSize \(patchSize)"
    }
    if imageSize / patchSize > 64 { return "more than 64×64 patches" }
    if width % heads != 0 || width % 4 != 0 {
      return "width \(width) is not a multiple of 4 and of \(heads) heads"
    }
    if vocabulary.isEmpty || vocabulary.count > 100_000 { return "\(vocabulary.count) words" }
    if intents != TabletopTask.Intent.allCases.map(\.rawValue) {
      return "intents \(intents) are not those of the toy world"
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
    _ = try JSONFile.read(file)  // checks the size and the nesting
    let configuration: ToyVLMConfiguration
    do {
      configuration = try JSONDecoder().decode(
        ToyVLMConfiguration.self, from: try Data(contentsOf: file))
    } catch {
      throw CheckpointError.badConfiguration(file.path, oneLine(error))
    }
    if let reason = configuration.validationError {
      throw CheckpointError.badConfiguration(file.path, reason)
    }
    var random = SeededRandom(seed: 0)
    self.init(configuration, using: &random)
    try load(SafetensorsFile(url: folder.appending(path: Self.weightsFile)))
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
