import Files
import Foundation
import NanoVLA
import Tensors

extension ToyVLM {
  /// Writes a checkpoint that ``init(contentsOf:)`` loads: config.json and, in half precision,
  /// model.safetensors.
  /// - Throws: `CheckpointError` if the folder or a file cannot be written.
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
