import Files
import Foundation
import Tensors

/// A family of VLMs: reads their checkpoints and builds a nano one.
///
/// Every folder on the Hugging Face hub has a config.json with its type, `"model_type": "llava"`. The
/// type, not the folder's name, selects the family: vicuna-robot-v2 may be a LLaVA. Register a family
/// of your own in a ``VLMEntry``.
public struct VLMFamily: Sendable {
  public let name: String
  /// The values of `model_type` or `architectures` in config.json that it reads.
  public let modelTypes: [String]
  /// The contents of a folder without a config.json, for a model that combines others.
  public let parts: [String]
  /// Reads a folder; the second argument is its config.json, or one for each of its ``parts``.
  public let load: @Sendable (URL, [JSONValue]) throws -> VLM
  /// Builds a small VLM with random weights.
  public let nano: @Sendable (inout SeededRandom) throws -> VLM

  /// A family with its own folder layout; most are made from a ``PublishedVLM``.
  public init(
    name: String, modelTypes: [String], parts: [String] = [],
    load: @escaping @Sendable (URL, [JSONValue]) throws -> VLM,
    nano: @escaping @Sendable (inout SeededRandom) throws -> VLM
  ) {
    (self.name, self.modelTypes, self.parts) = (name, modelTypes, parts)
    (self.load, self.nano) = (load, nano)
  }

  /// All families of the registry's entries.
  public static var all: [VLMFamily] {
    VLMRegistry.shared.all.compactMap(\.family).reduce(into: []) { families, family in
      if !families.contains(where: { $0.name == family.name }) { families.append(family) }
    }
  }

  /// The family that reads a checkpoint with this config.json.
  /// - Throws: ``VLMError/unknownFamily(_:file:families:)``, or a `JSONFileError`.
  public static func reading(_ config: JSONValue) throws -> VLMFamily {
    var types: [String] = []
    if config["model_type"].exists { types.append(try config["model_type"].string()) }
    if config["architectures"].exists {
      types += try config["architectures"].array(count: 0...16).map { try $0.string() }
    }
    guard let type = types.first else {
      if let policy = try? config["type"].string() {
        throw VLMError.leRobot(policy, file: config.file)
      }
      throw config["model_type"].wrongType("a string")
    }
    for type in types {
      if let family = all.first(where: { $0.modelTypes.contains(type) }) { return family }
    }
    throw VLMError.unknownFamily(type, file: config.file, families: all.map(\.name))
  }
}

extension VLM {
  /// Reads the VLM in a folder, of any family. Its weights stay in their files.
  /// - Throws: ``VLMError``, or the error of a file in the folder.
  public static func read(_ folder: URL) throws -> VLM {
    let (parts, family) = try CheckpointParts.find(in: folder)
    return try family.read(folder, parts)
  }

  /// The family of the checkpoint in a folder.
  /// - Throws: ``VLMError``, `JSONFileError`
  public static func family(of folder: URL) throws -> VLMFamily {
    try CheckpointParts.find(in: folder).1
  }
}

extension VLMRegistry {
  /// The VLM called `name`: from a folder, or without one at nano size with random weights.
  /// - Throws: ``VLMError``, or the error of a file in the folder.
  package func makeVLM(_ name: String, folder: URL?, using random: inout SeededRandom) throws -> VLM
  {
    let entry = try entry(for: name)
    guard let family = entry.family else {
      throw VLMError.planned(entry.name, note: entry.note, available: available)
    }
    guard let folder else { return try family.nano(&random) }
    let (parts, found) = try CheckpointParts.find(in: folder)
    guard found.name == family.name else {
      throw VLMError.wrongFamily(folder.path, found: found.name, wanted: entry.name)
    }
    return try family.read(folder, parts)
  }
}

extension VLMFamily {
  /// Reads the VLM in `folder` and stores its location.
  func read(_ folder: URL, _ parts: CheckpointParts) throws -> VLM {
    let vlm = try check(folder, parts)
    vlm.wasRead(from: folder)
    return vlm
  }

  /// The VLM in `folder`, and what of the folder's files it does not read.
  func check(_ folder: URL, _ parts: CheckpointParts) throws -> VLM {
    let vlm = try load(folder, parts.configurations)
    try vlm.checkParts()
    let unread = parts.configurations.flatMap(\.unread)
    vlm.unreadKeys = unread.map(\.path)
    vlm.notes = try parts.notes(
      unread: unread, unused: vlm.unusedTensors,
      tokens: (vlm.tokenizer as? TextTokenizer)?.checkSettings() ?? [], family: name)
    return vlm
  }

  /// The ids of the tokens that end an answer, from a folder's files.
  static func stops(_ folder: URL, _ config: JSONValue) throws -> Set<Int> {
    let nested = config["vlm_config"]["text_config"]["eos_token_id"]
    var ids = config["text_config"]["eos_token_id"].or(config["eos_token_id"]).or(nested)
    let generation = folder.appending(path: "generation_config.json")
    if FileManager.default.fileExists(atPath: generation.path) {
      ids = try JSONFile.read(generation)["eos_token_id"].or(ids)
    }
    guard ids.exists else { return [] }
    if let one = try? ids.int(0...4_194_304) { return [one] }
    return Set(try ids.array(count: 0...64).map { try $0.int(0...4_194_304) })
  }
}
