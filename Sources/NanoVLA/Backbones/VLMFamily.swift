import Foundation

/// A family of VLMs: the checkpoints that one piece of code reads.
///
/// Every folder on the Hugging Face hub says in config.json what it is, `"model_type": "llava"`. That
/// word, not the folder's name, decides which family reads it: vicuna-robot-v2 may well be a LLaVA.
public struct VLMFamily: Sendable {
  public let name: String
  /// The values of config.json's `model_type` or `architectures` that it reads.
  public let modelTypes: [String]
  /// What a folder without a config.json of its own holds, if the model is put together from others.
  public let parts: [String]

  public init(name: String, modelTypes: [String], parts: [String] = []) {
    (self.name, self.modelTypes, self.parts) = (name, modelTypes, parts)
  }
}

extension VLMFamily {
  public static let llava = VLMFamily(
    name: "llava", modelTypes: ["llava", "LlavaForConditionalGeneration"])
  public static let openVLA = VLMFamily(
    name: "openvla", modelTypes: ["openvla", "OpenVLAForActionPrediction"])
  public static let blip2 = VLMFamily(
    name: "blip-2", modelTypes: ["blip-2", "Blip2ForConditionalGeneration"])
  public static let instructBLIP = VLMFamily(
    name: "instructblip", modelTypes: ["instructblip", "InstructBlipForConditionalGeneration"])
  /// Two published models and the two layers that join them.
  public static let clipGPT2 = VLMFamily(
    name: "clip+gpt2",
    modelTypes: [
      "clip", "CLIPModel", "clip_vision_model", "CLIPVisionModel", "gpt2", "GPT2LMHeadModel",
    ],
    parts: ["clip_vision", "gpt2", "projector.safetensors"])

  /// All that there is code for.
  public static let all = [openVLA, llava, instructBLIP, blip2, clipGPT2]

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
