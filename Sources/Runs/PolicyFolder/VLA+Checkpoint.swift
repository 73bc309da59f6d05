import Files
import Foundation
import NanoVLA

/// A policy folder, to keep, compare and improve a policy, and to read it from Python:
///
///     config.json               the parts and their sizes: backbone, head, chunk, history, action space
///     model.safetensors         the weights of backbone and head, float32
///     dataset_statistics.json   normalization statistics, in OpenVLA's layout
///
/// The weights of the toy VLM and of a nano VLM are written completely. Those of a published VLM stay in
/// its own files, which config.json names (`modelPath`); only what training changed or added is
/// written: LoRA, adapters, fusions, layers that were trained or merged. So a policy on a VLM of 7
/// billion parameters is a folder of some megabytes. Reading it opens the published files again, and a
/// fingerprint detects other weights in their place. A merged LoRA changes whole layers (64 MB each at
/// that size), so unmerge it before writing.
///
/// - Reference: the files of openvla/openvla-7b on Hugging Face; `base_model_name_or_path` in
///   Hugging Face PEFT.
extension VLA {
  public static let configurationFile = "config.json"
  public static let weightsFile = "model.safetensors"
  public static let statisticsFile = "dataset_statistics.json"

  /// Writes the policy to `folder`, which is created if necessary; other files there stay.
  ///
  /// The old config.json is removed first and the new one is written last, so that a folder whose
  /// writing was interrupted contains no policy rather than a mixture of two.
  /// - Parameter dataset: the key of the statistics.
  /// - Throws: ``CheckpointError/cannotDescribe(_:)`` for a policy that ``init(contentsOf:dataset:)``
  ///   could not rebuild, or its error if a published VLM's files are missing.
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
    try file.removeReplaceableFile()
    try ActionStatistics.write(
      [dataset: statistics], to: folder.appending(path: Self.statisticsFile), decimals: nil)
    try Safetensors.write(
      weights.map { ($0.name, $0.parameter.shape, $0.parameter.values) },
      metadata: ["format": "pt"], to: folder.appending(path: Self.weightsFile))
    try configuration.write(to: file)
  }

  /// Reads a folder that ``write(to:dataset:)`` wrote. The backbone is frozen except for adaptations
  /// and a fusion, as in a new policy.
  /// - Parameter dataset: the key of the statistics to use; optional if there is only one.
  ///
  /// No other path is followed than config.json's `modelPath`, which names the published VLM: `inspect`
  /// such a folder before you use it.
  /// - Throws: ``CheckpointError``, ``JSONFileError``, ``StatisticsFileError``, ``ActionError`` or
  ///   `SafetensorsError`, with the file and what is wrong with it; `FileReadError` for a link that leads
  ///   out of the folder; and whatever is wrong with the files of a published VLM.
  public convenience init(contentsOf folder: URL, dataset: String? = nil) throws {
    let boundary = FolderBoundary(folder)
    let file = try boundary.file(Self.configurationFile)
    let configuration = try PolicyConfiguration(contentsOf: file)
    let statistics = try ActionStatistics.read(
      boundary.file(Self.statisticsFile), key: dataset, for: configuration.actionSpace)
    try self.init(configuration, statistics, file)
    let weights = try SafetensorsFile(url: boundary.file(Self.weightsFile))
    let published = publishedNames
    try attachAdaptations(in: weights, configuration.lora)
    if let stray = Set(weights.names).subtracting(namedParameters.map(\.name)).min() {
      throw CheckpointError.badConfiguration(
        weights.url.path, "\(brief(stray)) has no place in the policy that config.json describes")
    }
    try load(weights, keeping: published)
  }
}
