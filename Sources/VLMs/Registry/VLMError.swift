import Files

/// What a user can get wrong about VLMs by name or by folder: one line, with the remedy.
public enum VLMError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownName(String, nearest: [String], available: [String])
  case nameTaken(String, by: String)
  case unusableName(String)
  case notActions(Int)
  case planned(String, available: [String])
  case otherFamily(String, found: String, wanted: String)
  case otherImageSize([Int], needed: Int)
  case unknownFamily(String, file: String, families: [String])
  case notAFolder(String)
  case noConfiguration(String, families: [String])

  public var description: String {
    switch self {
    case .unknownName(let name, let nearest, let available):
      let near = nearest.isEmpty ? "" : "; near it are \(nearest.joined(separator: ", "))"
      return "no VLM \"\(brief(name))\"\(near); what runs: \(available.joined(separator: ", "))"
    case .nameTaken(let name, let owner):
      return "the name \"\(brief(name))\" is taken by \(brief(owner)); choose another"
    case .unusableName(let name):
      return "\"\(brief(name))\" cannot name a VLM; use 1 to 80 letters, digits and signs"
    case .notActions(let dimensions):
      return "a robot has at least 1 action dimension, not \(dimensions)"
    case .planned(let name, let available):
      return "\(name) is planned: there is no code for it yet; what runs: "
        + available.joined(separator: ", ")
    case .otherFamily(let path, let found, let wanted):
      return "\(line(path)) holds a \(found), not a \(wanted): ask for \"\(found)\""
    case .otherImageSize(let shape, let needed):
      return "preprocessor_config.json makes images of \(shape[2])×\(shape[1]) pixels, config.json "
        + "asks for \(needed)×\(needed): take both from one model"
    case .unknownFamily("nanovla-policy", let file, _):
      return "\(line(file)) describes a policy of this package, not a VLM: use the folder with "
        + "nanovla predict, nanovla evaluate or VLA(contentsOf:)"
    case .unknownFamily(let type, let file, let families):
      return "\(line(file)): model_type \"\(brief(type))\" is of no family that is read here; "
        + "there are \(families.joined(separator: ", "))"
    case .notAFolder(let path):
      return "\(line(path)) is no folder; give the folder of a downloaded checkpoint"
    case .noConfiguration(let path, let families):
      return "\(line(path)) has no config.json; give the folder of a downloaded checkpoint of "
        + families.joined(separator: ", ")
    }
  }

  private func line(_ path: String) -> String {
    path.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
