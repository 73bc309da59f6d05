import Files
import Foundation
import NanoVLA
import Tensors

/// A VLM whose state comes from one of the course's fusions of its image tokens and its hidden states.
///
/// The last hidden state of a prompt was trained to predict the next token and may have lost where
/// objects are. A fusion returns to the image tokens, in the context of the whole prompt. Its layers
/// are new, so they remain trainable when the VLM is frozen.
///
/// - Letters: N observations, P image tokens, T tokens of the prompt, Q fused vectors, D width.
/// - Reference: Octo Model Team, "Octo" (2024), §III.A, readout tokens.
public final class FusedVLM: Backbone {
  /// The name of this kind of backbone in a policy folder.
  public static let kind = "fusedVLM"
  /// The VLM and the fusion that rebuild this backbone.
  public struct Configuration: Codable, Equatable, Sendable {
    public var vlm: VLM.Configuration
    public var fusion: FusionStrategy
  }
  /// What rebuilds this backbone.
  public var configuration: Configuration {
    Configuration(vlm: vlm.configuration, fusion: strategy)
  }

  /// The VLM that encodes image and prompt.
  public let vlm: VLM
  public let strategy: FusionStrategy
  public let fusion: any Fusion

  /// A new fusion of this kind on `vlm`.
  public init(_ vlm: VLM, _ strategy: FusionStrategy, using random: inout SeededRandom) {
    (self.vlm, self.strategy) = (vlm, strategy)
    fusion = strategy.fusion(width: vlm.width, using: &random)
  }

  public static func make(
    _ configuration: Configuration, relativeTo folder: URL?, using random: inout SeededRandom
  ) throws -> FusedVLM {
    if let error = configuration.fusion.validationError {
      throw PartError("fusion.configuration.\(error.key)", error.reason)
    }
    let vlm = try VLM.make(configuration.vlm, relativeTo: folder, using: &random)
    return FusedVLM(vlm, configuration.fusion, using: &random)
  }

  public var name: String { vlm.name }
  public var isRandom: Bool { vlm.isRandom }
  public var newLayers: [any Module] { [fusion] }
  public var publishedParameters: [Tensor] { vlm.publishedParameters }
  public var imageSize: Int? { vlm.imageSize }

  public func stateWidth(usesProprioception: Bool) -> Int {
    vlm.stateWidth(usesProprioception: usesProprioception)
  }

  public func state(
    of observations: [Observation], instructions: [String], usesProprioception: Bool
  ) throws -> Tensor {
    try rows(observations, instructions, usesProprioception: usesProprioception) {
      let image = try vlm.network.encodeImage(vlm.prepare($0.image))  // → [1, P, D]
      let (prompt, reader) = try vlm.reading($0.image, vlm.robotQuestion($1))  // → [1, T, D]
      let hidden = reader(prompt)  // [1, T, D] → [1, T, D]
      let fused = fusion(vision: image, text: hidden, textMask: nil)  // → [1, Q, D]
      return fused.mean(axis: 1)  // [1, Q, D] → [1, D]
    }
    .traced("state", "image tokens fused with the hidden states of the prompt")
  }
}
