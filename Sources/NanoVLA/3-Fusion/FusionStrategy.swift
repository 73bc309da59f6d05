import Tensors

/// The fusions there are, by name.
public enum FusionStrategy: String, CaseIterable, Sendable, Codable {
  /// The instruction asks, the image answers: ``CrossAttentionFusion``.
  case crossAttention
  /// Both in a row: ``ConcatFusion``.
  case concat
  /// The sentence turns vision's knobs: ``FiLMFusion``.
  case film
  /// A gate decides whom to believe: ``GatedFusion``.
  case gated

  /// An untrained fusion of this kind.
  public func fusion(width: Int, using random: inout SeededRandom) -> any Fusion {
    let heads = [8, 4, 2].first { width % $0 == 0 } ?? 1
    switch self {
    case .crossAttention:
      return CrossAttentionFusion(width: width, heads: heads, queries: 1, depth: 1, using: &random)
    case .concat: return ConcatFusion(width: width, heads: heads, using: &random)
    case .film: return FiLMFusion(width: width, using: &random)
    case .gated: return GatedFusion(width: width, using: &random)
    }
  }
}
