import Foundation
import Tensors

/// A family of VLMs: how one is read from a published folder, and how a nano one is built.
///
/// Register your own with a few lines:
///
/// ```swift
/// let family = VLMFamily(
///   name: "my-vlm", modelTypes: ["my_vlm"],
///   load: { folder, config in try myVLM(folder, config) },
///   nano: { random in try myNanoVLM(&random) })
/// ```
public struct VLMFamily: Sendable {
  public let name: String
  /// What config.json calls it, in `model_type`.
  public let modelTypes: Set<String>
  /// From a folder and its config.json; weights stay packed in their files.
  public let load: @Sendable (URL, JSONValue) throws -> VLM
  /// A small one with random weights.
  public let nano: @Sendable (inout SeededRandom) throws -> VLM

  public init(
    name: String, modelTypes: Set<String>,
    load: @escaping @Sendable (URL, JSONValue) throws -> VLM,
    nano: @escaping @Sendable (inout SeededRandom) throws -> VLM
  ) {
    (self.name, self.modelTypes, self.load, self.nano) = (name, modelTypes, load, nano)
  }

  /// The families that run.
  public static let all: [VLMFamily] = [.llava, .openVLA, .blip2, .instructBLIP, .clipGPT2]
}

extension VLMFamily {
  /// The family that a folder belongs to, told by its config.json, and that file.
  /// - Throws: ``VLMError/unknownFamily`` with what the folder says and which families there are;
  ///   `JSONFileError`.
  public static func of(
    _ folder: URL, among families: [VLMFamily] = all
  ) throws -> (family: VLMFamily, config: JSONValue) {
    let pair = folder.appending(path: CLIPGPT2.languageFolder + "/config.json")
    let isPair = FileManager.default.fileExists(atPath: pair.path)
    let config = try JSONFile.read(isPair ? pair : folder.appending(path: "config.json"))
    let type = isPair ? "clip_gpt2" : try config["model_type"].string()
    guard let family = families.first(where: { $0.modelTypes.contains(type) }) else {
      let known = families.flatMap(\.modelTypes).sorted()
      throw VLMError.unknownFamily(type, folder.path, known: known)
    }
    return (family, config)
  }

  /// Builds a network without its numbers, and takes them packed from the `weights` of a folder.
  static func filled<Network: Module>(
    from source: some TensorSource, with map: WeightMap,
    _ build: (inout SeededRandom) -> Network
  ) throws -> Network {
    var random = SeededRandom(seed: 0)
    let network = withoutNumbers { build(&random) }
    try network.load(source, with: map, packed: true)
    return network
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

/// What can be wrong with a choice of VLM.
public enum VLMError: Error, Equatable, CustomStringConvertible {
  case unknownFamily(String, String, known: [String])

  public var description: String {
    switch self {
    case .unknownFamily(let type, let folder, let known):
      return "\(folder) holds a \"\(brief(type))\"; the families that run here are "
        + known.joined(separator: ", ")
    }
  }
}

extension VLM {
  /// The VLM in a folder, of whichever family it is. Its weights stay in their files.
  /// - Throws: ``VLMError``, and whatever is wrong with the folder's files.
  public static func read(_ folder: URL) throws -> VLM {
    let (family, config) = try VLMFamily.of(folder)
    return try family.load(folder, config)
  }
}
