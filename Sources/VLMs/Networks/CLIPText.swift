import NanoVLA
import Tensors

/// CLIP's text tower: a causal transformer whose feature at the caption's end token summarizes it.
///
/// - Letters: B captions, T tokens, D width.
/// - Reference: Radford et al., "Learning Transferable Visual Models From Natural Language
///   Supervision" (2021), §2.4.
public final class CLIPText: Module {
  public let configuration: CLIPTextConfiguration
  public let embedding: Embedding
  public let positions: Tensor  // [maximum T, D]
  public let blocks: [PreNormBlock]
  public let norm: LayerNorm

  /// A network with random weights.
  public init(_ configuration: CLIPTextConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, D) = (configuration, configuration.width)
    embedding = Embedding(count: c.vocabulary, width: D, using: &random)
    positions = Tensor.normal([c.maximumTokens, D], scale: 0.02, using: &random).asParameter()
    blocks = PreNormBlock.stack(
      depth: c.depth, width: D, heads: c.heads, hidden: c.hidden, activation: c.activation,
      epsilon: c.epsilon, using: &random)
    norm = LayerNorm(width: D, epsilon: c.epsilon)
  }

  /// - Parameters:
  ///   - ids: B captions of T token ids, padded at their ends to one length.
  ///   - isToken: false for padding; nil if there is none.
  ///   - observe: called with the output of each block.
  /// - Returns: the features of all tokens, [B, T, D].
  public func callAsFunction(
    _ ids: [[Int]], isToken: [[Bool]]? = nil, observe: (Tensor) -> Void = { _ in }
  ) -> Tensor {
    var mask = AttentionMask.causal(count: ids.first?.count ?? 0)  // [T, T]
    if let isToken { mask = mask + AttentionMask.padding(isToken) }  // [B, 1, T, T]
    return norm(blocks(embed(ids), mask: mask, observe: observe))  // B×T ids → [B, T, D]
  }

  /// Token embeddings plus positions, [B, T, D].
  public func embed(_ ids: [[Int]]) -> Tensor {
    guard let T = ids.first?.count, ids.allSatisfy({ $0.count == T }), T <= positions.dim(0) else {
      fatalError(
        "CLIP: captions of \(ids.map(\.count)) tokens, not of one length ≤ \(positions.dim(0))")
    }
    let tokens = embedding(ids.flatMap { $0 })  // B·T ids → [B·T, D]
      .reshaped([ids.count, T, -1])  // [B·T, D] → [B, T, D]
    return tokens + positions.sliced(axis: 0, 0..<T)  // [B, T, D] + [T, D] → [B, T, D]
  }

  /// The feature of each caption's end token: [B, T, D] → [B, D].
  public func pooled(_ features: Tensor, ids: [[Int]]) -> Tensor {
    let ends = ids.enumerated().map { row, tokens in row * features.dim(1) + end(of: tokens) }
    return features.reshaped([-1, features.dim(2)])  // [B, T, D] → [B·T, D]
      .rows(at: ends)  // [B·T, D] → [B, D]
  }

  private func end(of tokens: [Int]) -> Int {
    // The published config.json has 2, which is not the end token; the highest id is.
    let end = configuration.endToken == 2 ? tokens.max() : configuration.endToken
    return end.flatMap(tokens.firstIndex) ?? 0
  }

  /// The published names of the weights, below `root`.
  public static func weights(under root: String) -> WeightMap {
    let map =
      WeightMap(
        [
          "embedding": "embeddings.token_embedding",
          "positions": "embeddings.position_embedding.weight",
          "norm": "final_layer_norm",
        ], ignoring: ["embeddings.position_ids"])
      + .clipBlocks
    return map.inside("", root)
  }
}

/// The sizes of a ``CLIPText``; the defaults are a nano one.
public struct CLIPTextConfiguration: Sendable, Equatable {
  public var vocabulary = 64
  public var width = 16
  public var depth = 2
  public var heads = 2
  public var hidden = 32
  public var activation = Activation.quickGELU
  public var epsilon: Float = 1e-5
  public var maximumTokens = 24
  /// The id of the token that ends a caption; 2 means the highest id in it.
  public var endToken = 2

  /// Nano size.
  public init() {}
}
