import Files
import Foundation
import NanoVLA
import Tensors
import VLMs

/// What a policy stands on, as its config.json says it: the toy VLM's sizes, or which VLM it is and
/// where that one's own files are.
enum BackboneConfiguration: Codable, Equatable {
  case toy(ToyVLMConfiguration)
  case vlm(VLMReference)

  private enum CodingKeys: String, CodingKey { case vlm }

  init(of backbone: any Backbone) throws(CheckpointError) {
    if let toy = backbone as? ToyVLM {
      self = .toy(toy.configuration)
    } else if let vlm = backbone.vlmInside {
      self = .vlm(try VLMReference(to: vlm, fusion: (backbone as? FusedVLM)?.strategy))
    } else {
      throw .cannotDescribe("no VLM is called \(type(of: backbone))")
    }
  }

  init(from decoder: any Decoder) throws {
    let isVLM = try decoder.container(keyedBy: CodingKeys.self).contains(.vlm)
    self = isVLM ? .vlm(try .init(from: decoder)) : .toy(try .init(from: decoder))
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .toy(let configuration): try configuration.encode(to: encoder)
    case .vlm(let reference): try reference.encode(to: encoder)
    }
  }

  /// Why it cannot be built; nil if it can, as far as config.json tells.
  var flaw: String? {
    switch self {
    case .toy(let configuration): configuration.validationError ?? configuration.policyFlaw
    case .vlm(let reference): reference.flaw
    }
  }

  /// The backbone, with the numbers of a published VLM's own files.
  /// - Parameter file: the config.json, for errors, and for where a relative path begins.
  func makeBackbone(_ file: URL, using random: inout SeededRandom) throws -> any Backbone {
    switch self {
    case .toy(let configuration): return ToyVLM(configuration, using: &random)
    case .vlm(let reference):
      let vlm = try reference.makeVLM(file, using: &random)
      return reference.fusion.map { FusedVLM(vlm, $0, using: &random) } ?? vlm
    }
  }
}

extension ToyVLMConfiguration {
  /// Why no policy stands on such a toy VLM; nil if one can.
  fileprivate var policyFlaw: String? {
    let sizes: [(name: String, size: Int, limit: Int)] = [
      ("width", width, 512), ("ratio", ratio, 8), ("patchSize", patchSize, 64),
      ("maximumWords", maximumWords, 512), ("vocabulary", vocabulary.count, 10_000),
    ]
    for (name, size, limit) in sizes where !(1...limit ~= size) {
      return "backbone.\(name) is \(size), not in 1…\(limit)"
    }
    if camera.width < 0.01 || camera.depth < 0.01 {
      return "backbone.camera sees \(camera.width)×\(camera.depth) of the table"
    }
    return nil
  }
}
