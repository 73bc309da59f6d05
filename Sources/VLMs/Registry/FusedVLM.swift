import Foundation
import NanoVLA
import Tensors

/// A VLM whose state is asked for by a fusion of the course: what the image showed, once more, in the
/// light of what the whole prompt meant.
///
/// The last place of a prompt was trained to say the next word; where things are may have been lost on
/// the way there. A fusion goes back to the image's own words. Its layers are new: they stay free to
/// learn when the VLM is frozen.
///
/// Letters: N observations, P image words, T tokens of the prompt, Q fused vectors, D width.
///
/// Reference: Octo Model Team, "Octo" (2024), section III.A, readout tokens.
public final class FusedVLM: Backbone {
  public static let kind = "fusedVLM"
  public struct Configuration: Codable, Equatable, Sendable {
    public var vlm: VLM.Configuration
    public var fusion: FusionStrategy
  }
  public var configuration: Configuration {
    Configuration(vlm: vlm.configuration, fusion: strategy)
  }

  public let vlm: VLM
  public let strategy: FusionStrategy
  public let fusion: any Fusion

  public init(_ vlm: VLM, _ strategy: FusionStrategy, using random: inout SeededRandom) {
    (self.vlm, self.strategy) = (vlm, strategy)
    fusion = strategy.fusion(width: vlm.width, using: &random)
  }

  public static func make(
    _ configuration: Configuration, relativeTo folder: URL?, using random: inout SeededRandom
  ) throws -> FusedVLM {
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
      let seen = try vlm.network.see(vlm.preprocessor([$0.image]))  // [1, H, W, C] → [1, P, D]
      let asked = try vlm.prompt($0.image, vlm.robotQuestion($1))  // → [1, T, D]
      let read = vlm.network.language(asked)  // [1, T, D] → [1, T, D]
      let found = fusion(vision: seen, text: read, textMask: nil)  // → [1, Q, D]
      return found.mean(axis: 1)  // [1, Q, D] → [1, D]
    }
    .traced("state", "what the image showed, in the light of the prompt")
  }
}
