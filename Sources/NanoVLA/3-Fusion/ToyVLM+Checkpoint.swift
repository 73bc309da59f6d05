import Files
import Foundation
import Tabletop
import Tensors

/// The toy VLM as a folder: config.json says how to build it, model.safetensors holds the numbers.
extension ToyVLM {
  public static let weightsFile = "model.safetensors"
  public static let configurationFile = "config.json"

  /// Reads a folder that ``write(to:)`` wrote.
  /// - Throws: ``CheckpointError``, ``JSONFileError`` or `SafetensorsError`, with the file and what is
  ///   wrong with it.
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

  /// Writes config.json and, in half precision, model.safetensors.
  public func write(to folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw CheckpointError.cannotWrite(folder.path) }
    let weights = namedParameters.map { ($0.name, $0.parameter.shape, $0.parameter.values) }
    try Safetensors.write(
      weights, as: .float16, metadata: ["format": "pt"],
      to: folder.appending(path: Self.weightsFile))
    try configuration.write(to: folder.appending(path: Self.configurationFile))
  }
}

extension Backbone where Self == ToyVLM {
  /// The trunk that comes with the course, pre-trained by `nanovla pretrain`.
  public static func bundled() throws -> ToyVLM {
    try ToyVLM(
      contentsOf: BundledFolder.locate(
        bundle: "nanoVLA_NanoVLA", folder: "ToyVLM",
        source: #filePath))
  }
}

extension ToyVLMConfiguration {
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
