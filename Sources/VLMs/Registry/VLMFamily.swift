import Files
import Foundation
import Tensors

/// A family of VLMs: the checkpoints that one piece of code reads, and a nano one built by it.
///
/// Every folder on the Hugging Face hub says in config.json what it is, `"model_type": "llava"`. That
/// word, not the folder's name, decides which family reads it: vicuna-robot-v2 may well be a LLaVA.
/// A family of your own is registered with a ``VLMEntry`` that holds it.
public struct VLMFamily: Sendable {
  public let name: String
  /// The values of config.json's `model_type` or `architectures` that it reads.
  public let modelTypes: [String]
  /// What a folder without a config.json of its own holds, if the model is put together from others.
  public let parts: [String]
  /// Reads a folder; the second argument is its config.json, or that of its first part. Weights may
  /// stay packed in their files.
  public let load: @Sendable (URL, JSONValue) throws -> VLM
  /// A small one with random weights.
  public let nano: @Sendable (inout SeededRandom) throws -> VLM

  /// A family whose folder is like no other; most are made from a ``PublishedVLM``.
  public init(
    name: String, modelTypes: [String], parts: [String] = [],
    load: @escaping @Sendable (URL, JSONValue) throws -> VLM,
    nano: @escaping @Sendable (inout SeededRandom) throws -> VLM
  ) {
    (self.name, self.modelTypes, self.parts) = (name, modelTypes, parts)
    (self.load, self.nano) = (load, nano)
  }

  /// All that there is code for: those of the registry.
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
    guard let type = types.first else { throw config["model_type"].wrongType("a string") }
    for type in types {
      if let family = all.first(where: { $0.modelTypes.contains(type) }) { return family }
    }
    throw VLMError.unknownFamily(type, file: config.file, families: all.map(\.name))
  }
}

extension VLM {
  /// The VLM in a folder, of whichever family it is. Its weights stay in their files.
  /// - Throws: ``VLMError``, and whatever is wrong with the folder's files.
  public static func read(_ folder: URL) throws -> VLM {
    let (parts, family) = try CheckpointParts.find(in: folder)
    return try family.read(folder, parts)
  }

  /// The family of the checkpoint in a folder.
  public static func family(of folder: URL) throws -> VLMFamily {
    try CheckpointParts.find(in: folder).1
  }
}

extension VLMRegistry {
  /// The VLM called `name`: from a folder, or without one at nano size with random weights.
  /// - Throws: ``VLMError``, and whatever is wrong with the folder's files.
  package func makeVLM(_ name: String, folder: URL?, using random: inout SeededRandom) throws -> VLM
  {
    let entry = try entry(for: name)
    guard let family = entry.family else {
      throw VLMError.planned(entry.name, available: available)
    }
    guard let folder else { return try family.nano(&random) }
    let (parts, found) = try CheckpointParts.find(in: folder)
    guard found.name == family.name else {
      throw VLMError.otherFamily(folder.path, found: found.name, wanted: entry.name)
    }
    return try family.read(folder, parts)
  }
}

extension VLMFamily {
  /// The VLM in `folder`, which remembers it.
  func read(_ folder: URL, _ parts: CheckpointParts) throws -> VLM {
    let vlm = try load(folder, parts.configurations[0])
    vlm.wasRead(from: folder)
    return vlm
  }

  /// The tokens that end an answer, as a folder's files tell.
  static func stops(_ folder: URL, _ config: JSONValue) throws -> Set<Int> {
    var place = config["text_config"]["eos_token_id"].or(config["eos_token_id"])
    let generation = folder.appending(path: "generation_config.json")
    if FileManager.default.fileExists(atPath: generation.path) {
      place = try JSONFile.read(generation)["eos_token_id"].or(place)
    }
    guard place.exists else { return [] }
    if let one = try? place.int(0...4_194_304) { return [one] }
    return Set(try place.array(count: 0...64).map { try $0.int(0...4_194_304) })
  }
}
