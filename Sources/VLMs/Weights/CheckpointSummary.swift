import Foundation
import NanoVLA

/// An overview of a checkpoint: its model, size, tokenizer, image preprocessing and robots.
///
/// Only headers and settings are read and no weights, so 15 GB take as long as 15 MB.
public struct CheckpointSummary: Encodable, Sendable {
  public let folder: String
  /// The name of the ``VLMFamily`` that reads it.
  public let family: String
  /// The `model_type` of config.json; several for a model that combines others.
  public let modelTypes: [String]
  public let layers: [LayerGroup]
  public let dataTypes: [DataTypeSize]
  /// The number of trained values: all except integers and flags, which are positions and masks.
  public let parameters: Int
  /// Their bytes in the files. Weights stay packed as stored, so running takes as much memory.
  public let weightBytes: Int
  public let tokenizer: Tokenizer?
  public let image: ImageInput?
  public let statistics: [Statistics]
  /// Why the model cannot be run; nil if it can.
  public let refusal: String?
  /// The members of config.json that nothing reads, by their paths.
  public let unreadKeys: [String]
  /// The tensors that the network does not use.
  public let unusedTensors: [String]
  /// What this program does otherwise than the folder says, one line each.
  public let notes: [String]

  /// The tensors of one data type.
  public struct DataTypeSize: Encodable, Sendable, Equatable {
    /// In the spelling of safetensors: BF16, F16, F32, ….
    public let name: String
    public let tensors, numbers, bytes: Int
  }

  /// The tokenizer's kind and size.
  public struct Tokenizer: Encodable, Sendable, Equatable {
    public let kind: String
    public let vocabularySize: Int
  }

  /// The action statistics of one robot, with the key that selects them.
  public struct Statistics: Encodable, Sendable, Equatable {
    public let key: String
    public let dimensions, trajectories, transitions: Int
  }

  /// Reads the headers of `folder`.
  /// - Throws: ``VLMError`` if it is not a checkpoint of a known family; if a file is damaged,
  ///   `JSONFileError`, `SafetensorsError`, `TokenizerError`, `StatisticsFileError`.
  public init(folder url: URL) throws {
    let (found, family) = try CheckpointParts.find(in: url)
    folder = url.path
    self.family = family.name
    modelTypes = try found.configurations.map { try $0["model_type"].string(default: family.name) }
    let tensors = try found.tensors()
    layers = LayerGroup.groups(of: tensors)
    dataTypes = Dictionary(grouping: tensors, by: \.dataType).map { type, tensors in
      DataTypeSize(
        name: type.rawValue, tensors: tensors.count,
        numbers: tensors.reduce(0) { $0 + $1.values }, bytes: tensors.reduce(0) { $0 + $1.bytes })
    }.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
    let weights = tensors.filter { !$0.dataType.isWhole }
    parameters = weights.reduce(0) { $0 + $1.values }
    weightBytes = weights.reduce(0) { $0 + $1.bytes }
    tokenizer = try found.first("tokenizer.json").map { file in
      let tokenizer = try TextTokenizer(contentsOf: file)
      return Tokenizer(kind: tokenizer.kind, vocabularySize: tokenizer.vocabularySize)
    }
    image = try found.folders.compactMap { try ImageInput(folder: $0) }.first
    statistics = try Self.statistics(in: url, found)
    var (refusal, unused, notes): (String?, [String], [String]) = (nil, [], [])
    do {
      let vlm = try family.check(url, found)
      (unused, notes) = (vlm.unusedTensors, vlm.notes)
    } catch {
      refusal = "\(error)"
      if case WeightError.skipped(let names) = error { unused = names }
    }
    (self.refusal, unusedTensors, self.notes) = (refusal, unused, notes)
    unreadKeys = found.configurations.flatMap(\.unread).map(\.path)
  }

  private static func statistics(in folder: URL, _ parts: CheckpointParts) throws -> [Statistics] {
    if let robot = try RobotStatistics.own(folder), let source = robot.source {
      let count = robot.action?.count ?? 0
      return [Statistics(key: source, dimensions: count, trajectories: 0, transitions: 0)]
    }
    let file = folder.appending(path: "dataset_statistics.json")
    guard
      FileManager.default.fileExists(atPath: file.path)
        || parts.configurations.contains(where: { $0["norm_stats"].exists })
    else { return [] }
    return try ActionStatistics.readAll(modelFolder: folder).map { key, statistics in
      Statistics(
        key: key, dimensions: statistics.count, trajectories: statistics.trajectories,
        transitions: statistics.transitions)
    }.sorted { $0.key < $1.key }
  }
}
