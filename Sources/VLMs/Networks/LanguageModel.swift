import NanoVLA
import Tensors

/// A decoder: a causal language model that predicts the next token.
///
/// All decoders share these few lines. They differ in their blocks, in how they encode positions, and
/// in whether the head is tied to the token embeddings.
///
/// - Letters: B texts, T tokens, D width, V vocabulary.
/// - Reference: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019),
///   section 2.3.
public protocol LanguageModel: Module {
  /// The token embeddings, [V, D].
  var embedding: Embedding { get }
  var blocks: [PreNormBlock] { get }
  var norm: any Layer { get }
  /// D → V; nil if tied: a token's logit is the product with its embedding.
  var head: Linear? { get }
  /// V, the number of tokens that have an embedding.
  var vocabulary: Int { get }
  /// Whether a token attends only to itself and those before it. If false, all attend to all: an encoder,
  /// which generates no text.
  var isCausal: Bool { get }

  /// The longest text in tokens, prompt and answer together: the longest that it was trained on.
  var maximumTokens: Int { get }

  /// The factor of the token embeddings at the input; image tokens are not multiplied.
  var embeddingScale: Float { get }

  /// Whether the tokens of a prompt attend to one another in both directions. Those of an answer never
  /// attend to later ones.
  var readsPromptBothWays: Bool { get }

  /// Adds positions to tokens [B, T, D], from position `start` on. Decoders with rotary positions add
  /// nothing here.
  func positioned(_ tokens: Tensor, from start: Int) -> Tensor

  /// The token embeddings without positions, [B, T, D].
  /// - Parameter ids: B lists of T token ids.
  func embed(_ ids: [[Int]]) -> Tensor

  /// All blocks: [B, T, D] → [B, T, D].
  /// - Parameters: as of ``callAsFunction(_:cache:mask:observe:)``.
  func applyBlocks(
    to x: Tensor, mask: Tensor?, cache: KeyValueCache?, observe: (Tensor) -> Void
  ) -> Tensor

  /// The logits of the next token.
  /// - Parameter features: hidden states, [B, T, D].
  /// - Returns: [B, T, V]
  func logits(_ features: Tensor) -> Tensor

  /// What hidden states [B, T, D] say of the whole prompt, [B, D].
  func summary(of hidden: Tensor) -> Tensor

  /// An empty cache of this model's depth.
  func emptyCache() -> KeyValueCache
}

extension LanguageModel {
  public var vocabulary: Int { embedding.weight.dim(0) }
  /// True, in all decoders.
  public var isCausal: Bool { true }
  /// 1, in most.
  public var embeddingScale: Float { 1 }
  /// False, in most.
  public var readsPromptBothWays: Bool { false }

  public func positioned(_ tokens: Tensor, from start: Int) -> Tensor { tokens }

  public func embed(_ ids: [[Int]]) -> Tensor {
    guard let length = ids.first?.count, ids.allSatisfy({ $0.count == length }) else {
      fatalError("token ids: lists of \(Set(ids.map(\.count)).sorted()), not of one length")
    }
    let rows = embedding(ids.flatMap { $0 })  // B·T ids → [B·T, D]
    return (embeddingScale == 1 ? rows : rows * embeddingScale)
      .reshaped([ids.count, length, -1])  // [B·T, D] → [B, T, D]
  }

  public func applyBlocks(
    to x: Tensor, mask: Tensor?, cache: KeyValueCache?, observe: (Tensor) -> Void
  ) -> Tensor {
    blocks(x, mask: mask, cache: cache, observe: observe)
  }

  /// The hidden states: each token attends to itself and to the tokens before it, or in a prompt that is
  /// read both ways to all of them.
  /// - Parameters:
  ///   - tokens: from ``embed(_:)``, or image tokens of the same width, [B, T, D].
  ///   - cache: keys and values of earlier tokens; those of `tokens` are appended.
  ///   - mask: replaces the causal mask.
  ///   - observe: called with the output of each block.
  /// - Returns: the hidden states after the last norm, [B, T, D].
  public func callAsFunction(
    _ tokens: Tensor, cache: KeyValueCache? = nil, mask: Tensor? = nil,
    observe: (Tensor) -> Void = { _ in }
  ) -> Tensor {
    let past = cache?.length ?? 0
    let isWhole = readsPromptBothWays && past == 0
    let causal = isCausal && !isWhole ? AttentionMask.causal(count: tokens.dim(1), past: past) : nil
    let hidden = applyBlocks(
      to: positioned(tokens, from: past), mask: mask ?? causal, cache: cache, observe: observe)
    return norm(hidden)  // [B, T, D] → [B, T, D]
      .traced("hidden states", "one per token, after the last norm")
  }

  public func logits(_ features: Tensor) -> Tensor {
    (head?(features) ?? features.matmul(transposed: embedding.weight))  // [B, T, D] → [B, T, V]
      .traced("logits", "one for each token of the vocabulary")
  }

  /// The last one, where the answer would begin.
  public func summary(of hidden: Tensor) -> Tensor {
    let last = hidden.dim(1) - 1
    return hidden.sliced(axis: 1, last..<last + 1)  // [B, T, D] → [B, 1, D]
      .reshaped([hidden.dim(0), -1])  // [B, 1, D] → [B, D]
  }

  public func emptyCache() -> KeyValueCache { KeyValueCache(depth: blocks.count) }
}
