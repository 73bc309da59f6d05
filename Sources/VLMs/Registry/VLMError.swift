import Files

/// A wrong name or folder of a VLM: one line with the remedy.
public enum VLMError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownName(String, nearest: [String], available: [String])
  case nameTaken(String, by: String)
  case invalidName(String)
  case noActionDimensions(Int)
  case planned(String, note: String, available: [String])
  case wrongFamily(String, found: String, wanted: String)
  case wrongImageSize([Int], needed: Int)
  case unknownFamily(String, file: String, families: [String])
  /// LeRobot's configuration of a policy, which names no sizes.
  case leRobot(String, file: String)
  case notAFolder(String)
  case noConfiguration(String, families: [String])
  /// A config.json whose `key` says that the weights are quantized.
  case quantized(String, key: String)
  /// A file of an adapter (LoRA) that has not been merged into a model.
  case adapter(String)
  /// A file with layers that make the actions and that is not read.
  case actionPart(String)
  /// An image preprocessing for another number of vision towers.
  case wrongChannels(Int, needed: Int)
  /// An image preprocessing with other tiles than the network's.
  case wrongTiling
  /// Images that do not divide into patches.
  case wrongPatches([Int], patch: Int)
  /// A family that is asked for text and generates none.
  case noLanguageModel(String)
  /// The placeholder for an image is another token in tokenizer.json.
  case imageToken(Int, name: String, found: Int)
  /// A token of a tokenizer's file whose id is beyond the network's table of embeddings.
  case tokenBeyondTable(Int, name: String, file: String, rows: Int)

  public var description: String {
    switch self {
    case .unknownName(let name, let nearest, let available):
      let near = nearest.isEmpty ? "" : "; similar names are \(nearest.joined(separator: ", "))"
      return
        "unknown VLM \"\(brief(name))\"\(near); available: \(available.joined(separator: ", "))"
    case .nameTaken(let name, let owner):
      return "the name \"\(brief(name))\" belongs to \(brief(owner)); choose another"
    case .invalidName(let name):
      return "\"\(brief(name))\" is not a valid name; use 1 to 80 characters without spaces"
    case .noActionDimensions(let dimensions):
      return "\(dimensions) action dimensions: a robot has at least 1"
    case .planned(let name, let note, let available):
      return (note.isEmpty ? "\(name) is planned: there is no code for it yet" : "\(name): \(note)")
        + "; available: " + available.joined(separator: ", ")
    case .wrongFamily(let path, let found, let wanted):
      return "\(line(path)) contains a \(found), not a \(wanted): use the name \"\(found)\""
    case .wrongImageSize(let shape, let needed):
      return "preprocessor_config.json gives images of \(shape[2])×\(shape[1]) pixels, config.json "
        + "requires \(needed)×\(needed): use both files of one model"
    case .unknownFamily("nanovla-policy", let file, _):
      return "\(line(file)) describes a policy of this package, not a VLM: use the folder with "
        + "nanovla predict, nanovla evaluate or VLA(contentsOf:)"
    case .unknownFamily("llava_qwen2", let file, _):
      return "\(line(file)): model_type \"llava_qwen2\", Apple's own layout of FastVLM, is not "
        + "supported: use the folder that transformers' convert_fastvlm_weights_to_hf.py makes of it"
    case .unknownFamily(let type, let file, let families):
      return "\(line(file)): model_type \"\(brief(type))\" is not supported; "
        + "supported families are \(families.joined(separator: ", "))"
    case .leRobot(let policy, let file):
      return
        "\(line(file)) is LeRobot's configuration of a \"\(brief(policy))\", which is not read: put "
        + "transformers' config.json (model_type \"pi0\") and PaliGemma's tokenizer.json beside the weights"
    case .notAFolder(let path):
      return "\(line(path)) is not a folder; give the folder of a downloaded checkpoint"
    case .noConfiguration(let path, let families):
      return "\(line(path)) has no config.json; give the folder of a downloaded checkpoint of "
        + families.joined(separator: ", ")
    case .quantized(let file, let key):
      return "\(line(file)): \(key): quantized checkpoints are not read; \(WeightError.unquantized)"
    case .adapter(let file):
      return "\(line(file)): an adapter (LoRA) is not read; \(WeightError.merged)"
    case .actionPart(let file):
      return "\(line(file)) is not read, and the actions of this model come from it (OpenVLA-OFT): "
        + "run it with its own code, or use an openvla checkpoint without such files"
    case .wrongChannels(let found, let needed):
      return "preprocessor_config.json prepares images for \(found / 3) vision towers, config.json "
        + "describes \(needed / 3): use both files of one model"
    case .wrongTiling:
      return "preprocessor_config.json and config.json differ in image_grid_pinpoints or in the "
        + "size of tiles: use both files of one model"
    case .wrongPatches(let shape, let patch):
      return "preprocessor_config.json gives images of \(shape[2])×\(shape[1]) pixels, which do "
        + "not divide into config.json's patches of \(patch)×\(patch): use both files of one model"
    case .noLanguageModel(let family):
      return
        "\(family) generates no text, and this checkpoint has no classifier of answers, as that of "
        + "a ViltForQuestionAnswering: use it as the backbone of a policy, VLA.fromVLM(\"\(family)\")"
    case .imageToken(let id, let name, let found):
      return
        "image_token_index in config.json is \(id), but \"\(brief(name))\" in tokenizer.json is "
        + "\(found): use both files of one model, or correct image_token_index"
    case .tokenBeyondTable(let id, let name, let file, let rows):
      return "\(file) gives the token \"\(brief(name))\" the id \(id), but the network's table of "
        + "embeddings has \(rows) rows: use both files of one model"
    }
  }

  private func line(_ path: String) -> String { briefPath(path) }
}
