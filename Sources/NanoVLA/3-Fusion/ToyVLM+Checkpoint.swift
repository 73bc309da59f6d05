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
    _ = try JSONFile.read(file)  // bounds what the decoder will see
    let configuration: ToyVLMConfiguration
    do {
      configuration = try JSONDecoder().decode(
        ToyVLMConfiguration.self, from: try Data(contentsOf: file))
    } catch {
      throw CheckpointError.badConfiguration(file.path, oneLine(error))
    }
    if let reason = configuration.flaw {
      throw CheckpointError.badConfiguration(file.path, reason)
    }
    var random = SeededRandom(seed: 0)
    self.init(configuration, using: &random)
    try load(SafetensorsFile(url: folder.appending(path: Self.weightsFile)))
  }

  /// Writes config.json and, in half precision, model.safetensors.
  public func write(to folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch { throw CheckpointError.cannotWrite(folder.path) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let weights = namedParameters.map { ($0.name, $0.parameter.shape, $0.parameter.values) }
    try Safetensors.write(
      weights, as: .float16, metadata: ["format": "pt"],
      to: folder.appending(path: Self.weightsFile))
    try (encoder.encode(configuration) + Data("\n".utf8))
      .writeAtomically(to: folder.appending(path: Self.configurationFile))
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
  package var flaw: String? {
    let sizes = [
      "imageSize": imageSize, "patchSize": patchSize, "width": width, "heads": heads,
      "ratio": ratio, "maximumWords": maximumWords,
    ]
    for (name, size) in sizes.sorted(by: { $0.key < $1.key }) where !(1...4096 ~= size) {
      return "\(name) is \(size), not in 1…4096"
    }
    if imageSize % patchSize != 0 { return "imageSize \(imageSize) is no multiple of \(patchSize)" }
    if imageSize / patchSize > 64 { return "more than 64×64 patches" }
    if width % heads != 0 || width % 4 != 0 {
      return "width \(width) is no multiple of 4 and of \(heads) heads"
    }
    if vocabulary.isEmpty || vocabulary.count > 100_000 { return "\(vocabulary.count) words" }
    if intents != TabletopTask.Intent.allCases.map(\.rawValue) {
      return "intents \(intents) are not those of the toy world"
    }
    return nil
  }
}
