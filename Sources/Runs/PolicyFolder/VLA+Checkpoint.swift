// A policy as a folder, so that it can be kept, compared, improved and read from Python:
//
//     config.json               how to build it: backbone, head, chunk, history, action space
//     model.safetensors         the numbers of backbone and head, float32
//     dataset_statistics.json   from the head's numbers to the robot's, in OpenVLA's layout
//
// The backbone belongs to it: a head means nothing on top of another than its own. What of it is
// written depends on where its numbers are. Those of the toy VLM and of a nano VLM are nowhere else:
// all are written. Those of a published VLM stay in its files, where config.json says (`modelPath`), and
// only what learning changed or added is written: LoRA, adapters, fusions, layers that were trained or
// merged. So a policy on 7 billion numbers is a folder of some megabytes, and reading it opens the
// published files again; `fingerprint` tells if others have taken their place.
//
// Merging LoRA before writing makes whole layers of it, of 64 MB each at that size: unmerge first.
//
// Source: the three files of openvla/openvla-7b on Hugging Face; adapters beside a base model's path as
// in Hugging Face PEFT, `base_model_name_or_path`.

import Files
import Foundation
import NanoVLA

extension VLA {
  public static let configurationFile = "config.json"
  public static let weightsFile = "model.safetensors"
  public static let statisticsFile = "dataset_statistics.json"

  /// Writes the policy to `folder`, which is made if need be; other files there stay.
  ///
  /// An earlier policy's config.json goes first and the new one's comes last, each file whole: a
  /// folder that was interrupted holds no policy, never half of each.
  /// - Parameter dataset: what the statistics are of.
  /// - Throws: ``CheckpointError/cannotDescribe(_:)`` for a policy of which ``init(contentsOf:dataset:)``
  ///   could not be told how to build it; what that throws if a published VLM's files are gone.
  public func write(to folder: URL, dataset: String = "tabletop_object") throws {
    let file = folder.appending(path: Self.configurationFile)
    let configuration = try PolicyConfiguration(of: self)
    let rebuilt: VLA
    do {
      rebuilt = try VLA(configuration, statistics, file)
    } catch CheckpointError.badConfiguration(_, let reason) {
      throw CheckpointError.cannotDescribe(reason)
    }
    let weights = try parameters(beyond: rebuilt)
    let files = FileManager.default
    do { try files.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw CheckpointError.cannotWrite(folder.path)
    }
    if files.fileExists(atPath: file.path) { try files.removeItem(at: file) }
    try ActionStatistics.write(
      [dataset: statistics], to: folder.appending(path: Self.statisticsFile), decimals: nil)
    try Safetensors.write(
      weights.map { ($0.name, $0.parameter.shape, $0.parameter.values) },
      metadata: ["format": "pt"], to: folder.appending(path: Self.weightsFile))
    try configuration.write(to: file)
  }

  /// Reads a folder that ``write(to:dataset:)`` wrote. As in a new policy the backbone is frozen, but
  /// for adaptations and a fusion.
  /// - Parameter dataset: whose statistics to use; may be left out if there is only one.
  /// - Throws: ``CheckpointError``, ``JSONFileError``, ``StatisticsFileError``, ``ActionError`` or
  ///   `SafetensorsError`, with the file and what is wrong with it; and whatever is wrong with the files
  ///   of a published VLM.
  public convenience init(contentsOf folder: URL, dataset: String? = nil) throws {
    let file = folder.appending(path: Self.configurationFile)
    let configuration = try PolicyConfiguration(contentsOf: file)
    let statistics = try ActionStatistics.read(
      folder.appending(path: Self.statisticsFile), key: dataset, for: configuration.actionSpace)
    try self.init(configuration, statistics, file)
    let weights = try SafetensorsFile(url: folder.appending(path: Self.weightsFile))
    let published = publishedNames
    try attachAdaptations(in: weights, configuration.lora)
    if let stray = Set(weights.names).subtracting(namedParameters.map(\.name)).min() {
      throw CheckpointError.badConfiguration(
        weights.url.path, "\(brief(stray)) has no place in the policy that config.json describes")
    }
    try load(weights, keeping: published)
  }
}
