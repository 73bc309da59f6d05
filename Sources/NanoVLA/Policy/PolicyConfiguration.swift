import Foundation

/// How to build a policy, as its checkpoint's config.json says it.
struct PolicyConfiguration: Codable, Equatable {
  /// What this file is, so that another model's config.json is not mistaken for it.
  static let kind = "nanovla-policy"

  var modelType = PolicyConfiguration.kind
  var backbone: ToyVLMConfiguration
  var head: ActionHeadKind
  /// K, steps predicted at once.
  var chunk: Int
  /// H, observations in the head's window.
  var history: Int
  var usesProprioception: Bool
  var actionSpace: ActionSpace

  enum CodingKeys: String, CodingKey {
    case modelType = "model_type"
    case backbone, head, chunk, history, usesProprioception, actionSpace
  }

  /// - Throws: ``CheckpointError/otherBackbone(_:)`` if it does not stand on a toy VLM.
  init(of policy: VLA) throws(CheckpointError) {
    guard let toy = policy.backbone as? ToyVLM else {
      throw .otherBackbone("\(type(of: policy.backbone))")
    }
    (backbone, head) = (toy.configuration, ActionHeadKind(of: policy.head))
    (chunk, history) = (policy.head.chunk, policy.history)
    (usesProprioception, actionSpace) = (policy.usesProprioception, policy.space)
  }

  /// - Throws: ``JSONFileError`` or ``CheckpointError``
  init(contentsOf file: URL) throws {
    let json = try JSONFile.read(file)  // bounds what the decoder will see
    guard try json["model_type"].string(default: "unknown") == Self.kind else {
      throw json["model_type"].unsupported([Self.kind])
    }
    do {
      self = try JSONDecoder().decode(PolicyConfiguration.self, from: Data(contentsOf: file))
    } catch { throw CheckpointError.badConfiguration(file.path, oneLine(error)) }
    if let flaw { throw CheckpointError.badConfiguration(file.path, flaw) }
  }

  /// Why no policy can be built with these sizes; nil if one can. Nothing here is large enough to
  /// fill the memory before the weights' shapes are compared.
  private var flaw: String? {
    if let flaw = backbone.flaw { return flaw }
    let sizes: [(name: String, size: Int, limit: Int)] = [
      ("chunk", chunk, 64), ("history", history, 16),
      ("actionSpace.dimensions", actionSpace.count, 64),
      ("backbone.width", backbone.width, 512), ("backbone.ratio", backbone.ratio, 8),
      ("backbone.patchSize", backbone.patchSize, 64),
      ("backbone.maximumWords", backbone.maximumWords, 512),
      ("backbone.vocabulary", backbone.vocabulary.count, 10_000),
    ]
    for (name, size, limit) in sizes where !(1...limit ~= size) {
      return "\(name) is \(size), not in 1…\(limit)"
    }
    if case .tokens(let bins) = head, !(2...1024 ~= bins) {
      return "bins is \(bins), not in 2…1024"
    }
    if backbone.camera.width < 0.01 || backbone.camera.depth < 0.01 {
      return "backbone.camera sees \(backbone.camera.width)×\(backbone.camera.depth) of the table"
    }
    if case .hybrid = head, actionSpace.grippers.isEmpty {
      return "a hybrid head for an action space without a gripper"
    }
    return nil
  }
}

extension ActionHeadKind {
  /// What `head` was made as.
  init(of head: any ActionHead) {
    switch head {
    case let head as TokenHead: self = .tokens(bins: head.bins)
    case let head as ContinuousHead: self = head.error == .absolute ? .l1 : .mse
    case is HybridHead: self = .hybrid
    case is FlowMatchingHead: self = .flow
    case is ResidualHead: self = .residual
    default: fatalError("ActionHeadKind: no kind makes a \(type(of: head))")
    }
  }
}
