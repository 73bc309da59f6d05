import Files
import Foundation
import NanoVLA
import VLMs

/// How to build a policy, as its checkpoint's config.json says it.
struct PolicyConfiguration: Codable, Equatable {
  /// What this file is, so that another model's config.json is not mistaken for it.
  static let kind = "nanovla-policy"

  var modelType = PolicyConfiguration.kind
  var backbone: BackboneConfiguration
  var head: HeadConfiguration
  /// Of the layers that are bent by LoRA, if any are; ranks are told by the shapes of the weights.
  var lora: LoRAConfiguration?
  /// K, steps predicted at once.
  var chunk: Int
  /// H, observations in the head's window.
  var history: Int
  var usesProprioception: Bool
  var actionSpace: ActionSpace

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case backbone, head, lora, chunk, history, usesProprioception, actionSpace
  }

  /// - Throws: ``CheckpointError/cannotDescribe(_:)`` for parts of a reader's own making.
  init(of policy: VLA) throws(CheckpointError) {
    backbone = try BackboneConfiguration(of: policy.backbone)
    head = try HeadConfiguration(of: policy.head)
    lora = LoRAConfiguration(of: policy)
    (chunk, history) = (policy.head.chunk, policy.history)
    (usesProprioception, actionSpace) = (policy.usesProprioception, policy.space)
    if let flaw { throw .cannotDescribe(flaw) }
  }

  /// - Throws: ``JSONFileError`` or ``CheckpointError``
  init(contentsOf file: URL) throws {
    let json = try JSONFile.read(file)  // bounds what the decoder will see
    guard try json["model_type"].string(default: "unknown") == Self.kind else {
      throw json["model_type"].unsupported([Self.kind])
    }
    self = try json.decoded()
    if let flaw { throw CheckpointError.badConfiguration(file.path, flaw) }
  }

  /// Why no policy can be built with these sizes; nil if one can. Nothing here is large enough to
  /// fill the memory before the weights' shapes are compared.
  private var flaw: String? {
    let sizes: [(name: String, size: Int, limit: Int)] = [
      ("chunk", chunk, 64), ("history", history, 16),
      ("actionSpace.dimensions", actionSpace.count, 64),
    ]
    for (name, size, limit) in sizes where !(1...limit ~= size) {
      return "\(name) is \(size), not in 1…\(limit)"
    }
    return backbone.flaw ?? lora?.flaw ?? head.flaw(self)
  }
}

/// What a head was made as. `{"spoken": {}}` is a language model that is its own head.
enum HeadConfiguration: Codable, Equatable {
  case made(ActionHeadKind)
  case spoken

  private enum CodingKeys: String, CodingKey { case spoken }

  init(of head: any ActionHead) throws(CheckpointError) {
    switch head {
    case let head as TokenHead: self = .made(.tokens(bins: head.bins))
    case let head as ContinuousHead: self = .made(head.error == .absolute ? .l1 : .mse)
    case is HybridHead: self = .made(.hybrid)
    case is FlowMatchingHead: self = .made(.flow)
    case is ResidualHead: self = .made(.residual)
    case is SpokenActionHead: self = .spoken
    default: throw .cannotDescribe("no kind of head is called \(type(of: head))")
    }
  }

  init(from decoder: any Decoder) throws {
    let isSpoken = try decoder.container(keyedBy: CodingKeys.self).contains(.spoken)
    self = isSpoken ? .spoken : .made(try ActionHeadKind(from: decoder))
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .made(let kind): try kind.encode(to: encoder)
    case .spoken:
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode([String: Int](), forKey: .spoken)
    }
  }

  /// Why `policy` cannot have this head; nil if it can.
  func flaw(_ policy: PolicyConfiguration) -> String? {
    switch self {
    case .made(.tokens(let bins)) where !(2...1024 ~= bins):
      return "bins is \(bins), not in 2…1024"
    case .made(.hybrid) where policy.actionSpace.grippers.isEmpty:
      return "a hybrid head for an action space without a gripper"
    case .spoken where policy.chunk != 1 || policy.history != 1:
      return "a spoken head with chunk \(policy.chunk) and history \(policy.history), not 1 and 1"
    default: return nil
    }
  }
}
