import Files
import Foundation
import NanoVLA
import VLMs

/// How to build a policy, as the config.json of its folder holds it.
struct PolicyConfiguration: Codable, Equatable {
  /// Identifies the file, since other models have a config.json too.
  static let modelType = "nanovla-policy"
  /// The layout of this file. Version 1 held neither kinds nor their configurations.
  static let formatVersion = 2

  var modelType = PolicyConfiguration.modelType
  var formatVersion = PolicyConfiguration.formatVersion
  var backbone: BackboneKind
  var head: ActionHeadKind
  /// The α of LoRA layers, if there are any; ranks follow from the shapes of the weights.
  var lora: LoRAConfiguration?
  /// K, the number of actions predicted at once.
  var chunk: Int
  /// H, the number of observations in the history.
  var history: Int
  var usesProprioception: Bool
  var actionSpace: ActionSpace

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case formatVersion = "format_version"
    case backbone, head, lora, chunk, history, usesProprioception, actionSpace
  }

  /// - Throws: ``CheckpointError/cannotDescribe(_:)`` for sizes that no folder may hold.
  init(of policy: VLA) throws(CheckpointError) {
    backbone = BackboneKind(PartDescription(of: policy.backbone))
    head = ActionHeadKind(PartDescription(of: policy.head))
    lora = LoRAConfiguration(of: policy)
    (chunk, history) = (policy.head.chunk, policy.history)
    (usesProprioception, actionSpace) = (policy.usesProprioception, policy.space)
    if let validationError { throw .cannotDescribe(validationError) }
  }

  /// - Throws: ``JSONFileError`` or ``CheckpointError``
  init(contentsOf file: URL) throws { try self.init(JSONFile.read(file)) }

  init(_ json: JSONValue) throws {
    VLM.registersHeads
    guard try json["model_type"].string(default: "unknown") == Self.modelType else {
      throw json["model_type"].unsupported([Self.modelType])
    }
    let version = try json["format_version"].int(0...Int.max, default: 1)
    guard version == Self.formatVersion else {
      throw CheckpointError.badConfiguration(
        json.file,
        "format_version is \(version), this nanoVLA reads \(Self.formatVersion): train "
          + "the policy again, or use the nanoVLA that wrote it")
    }
    for part in [json["backbone"], json["head"]] { try Self.checkSizes(in: part) }
    self = try json.decoded()
    if let validationError { throw CheckpointError.badConfiguration(json.file, validationError) }
  }

  /// Refuses whole numbers of which no memory holds the product.
  private static func checkSizes(in part: JSONValue) throws {
    if part.isObject {
      for member in try part.object().values { try checkSizes(in: member) }
    } else if let elements = try? part.array() {
      for element in elements { try checkSizes(in: element) }
    } else if let size = try? part.int(Int.min...Int.max), !Limits.partSize.contains(size) {
      let range = Limits.partSize
      throw part.outOfRange("from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// Why no policy can be built with these sizes; nil if one can. Nothing here is large enough to
  /// fill the memory before the weights' shapes are compared.
  private var validationError: String? {
    let sizes = [
      ("chunk", chunk, Limits.chunk), ("history", history, Limits.history),
      ("actionSpace.dimensions", actionSpace.count, Limits.actionDimensions),
    ]
    for (name, size, range) in sizes where !range.contains(size) {
      return "\(name) is \(size), not in \(range)"
    }
    return lora?.validationError
  }
}
