// A policy as a folder, so that it can be kept, compared, improved and read from Python:
//
//     config.json               how to build it: backbone, head, chunk, history, action space
//     model.safetensors         every number of backbone and head, float32
//     dataset_statistics.json   from the head's numbers to the robot's, in OpenVLA's layout
//
// The backbone is written too, though the course brings one along: a head means nothing on top of
// another backbone than its own, and that could not be told from its numbers.
//
// Source: the three files of openvla/openvla-7b on Hugging Face.

import Foundation
import Images
import Tensors

extension VLA {
  public static let configurationFile = "config.json"
  public static let weightsFile = "model.safetensors"
  public static let statisticsFile = "dataset_statistics.json"

  /// Writes the policy to `folder`, which is made if need be; other files there stay.
  ///
  /// An earlier policy's config.json goes first and the new one's comes last, each file whole: a
  /// folder that was interrupted holds no policy, never half of each.
  /// - Parameter dataset: what the statistics are of.
  public func write(to folder: URL, dataset: String = "tabletop_object") throws {
    let text = try JSONEncoder.readable.encode(PolicyConfiguration(of: self))
    let files = FileManager.default
    do { try files.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw CheckpointError.cannotWrite(folder.path)
    }
    let configuration = folder.appending(path: Self.configurationFile)
    if files.fileExists(atPath: configuration.path) { try files.removeItem(at: configuration) }
    try ActionStatistics.write(
      [dataset: statistics], to: folder.appending(path: Self.statisticsFile), decimals: nil)
    try Safetensors.write(
      namedParameters.map { ($0.name, $0.parameter.shape, $0.parameter.values) },
      metadata: ["format": "pt"], to: folder.appending(path: Self.weightsFile))
    try (text + Data("\n".utf8)).writeAtomically(to: configuration)
  }

  /// Reads a folder that ``write(to:dataset:)`` wrote.
  /// - Parameter dataset: whose statistics to use; may be left out if there is only one.
  /// - Throws: ``CheckpointError``, ``JSONFileError``, ``StatisticsFileError``, ``ActionError`` or
  ///   `SafetensorsError`, with the file and what is wrong with it.
  public convenience init(contentsOf folder: URL, dataset: String? = nil) throws {
    let configuration = try PolicyConfiguration(
      contentsOf: folder.appending(path: Self.configurationFile))
    let space = configuration.actionSpace
    let statistics = try ActionStatistics.read(
      folder.appending(path: Self.statisticsFile), key: dataset, for: space)
    var random = SeededRandom(seed: 0)
    try self.init(
      backbone: ToyVLM(configuration.backbone, using: &random), space: space,
      statistics: statistics, head: configuration.head, chunk: configuration.chunk,
      usesProprioception: configuration.usesProprioception, history: configuration.history,
      using: &random)
    let file = try SafetensorsFile(url: folder.appending(path: Self.weightsFile))
    if let stray = Set(file.names).subtracting(namedParameters.map(\.name)).min() {
      throw CheckpointError.badConfiguration(
        file.url.path, "\(brief(stray)) has no place in the policy that config.json describes")
    }
    try load(file)
  }
}

extension JSONEncoder {
  /// For files that people read too: the same text for the same values.
  fileprivate static var readable: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return encoder
  }
}
