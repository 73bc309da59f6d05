import NanoVLA
import Tensors

/// A decoder: a causal language model that predicts the next token.
///
/// All decoders share these few lines. They differ in their blocks, in how they encode positions, and
/// in whether the head is tied to the token embeddings.
///
/// Letters: B texts, T tokens, D width, V vocabulary.
///
/// Reference: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019),
/// section 2.3.
public protocol LanguageModel: Module {
  /// The token embeddings, [V, D].
  var embedding: Embedding { get }
  var blocks: [PreNormBlock] { get }
  var norm: any Layer { get }
  /// D → V; nil if tied: a token's logit is the product with its embedding.
  var head: Linear? { get }

  /// The longest text in tokens, prompt and answer together: the longest that it was trained on.
  var maximumTokens: Int { get }

  /// The factor of the token embeddings at the input; image tokens are not multiplied.
  var embeddingScale: Float { get }

  /// Adds positions to tokens [B, T, D], from position `start` on. Decoders with rotary positions add
  /// nothing here.
  func positioned(_ tokens: Tensor, from start: Int) -> Tensor
}

extension LanguageModel {
  /// 1, in most.
  public var embeddingScale: Float { 1 }

  public func positioned(_ tokens: Tensor, from start: Int) -> Tensor { tokens }

  /// The token embeddings without positions, [B, T, D].
  /// - Parameter ids: B lists of T token ids.
  public func embed(_ ids: [[Int]]) -> Tensor {
    guard let length = ids.first?.count, ids.allSatisfy({ $0.count == length }) else {
      fatalError("token ids: lists of \(Set(ids.map(\.count)).sorted()), not of one length")
    }
    let rows = embedding(ids.flatMap { $0 })  // B·T ids → [B·T, D]
    return (embeddingScale == 1 ? rows : rows * embeddingScale)
      .reshaped([ids.count, length, -1])  // [B·T, D] → [B, T, D]
  }

  /// The hidden states: each token attends to itself and to the tokens before it.
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
    let mask = mask ?? AttentionMask.causal(count: tokens.dim(1), past: past)
    let hidden = blocks(positioned(tokens, from: past), mask: mask, cache: cache, observe: observe)
    return norm(hidden)  // [B, T, D] → [B, T, D]
      .traced("hidden states", "one per token, after the last norm")
  }

  /// The logits of the next token.
  /// - Parameter features: hidden states, [B, T, D].
  /// - Returns: [B, T, V]
  public func logits(_ features: Tensor) -> Tensor {
    (head?(features) ?? features.matmul(transposed: embedding.weight))  // [B, T, D] → [B, T, V]
      .traced("logits", "one for each token of the vocabulary")
  }

  /// An empty cache of this model's depth.
  public func emptyCache() -> KeyValueCache { KeyValueCache(depth: blocks.count) }
}

/// A vision-language model: an image becomes tokens in the prompt of a language model.
public protocol VisionLanguageModel: Module {
  /// The type of the language model.
  associatedtype Language: LanguageModel
  /// Reads image and text tokens.
  var language: Language { get }

  /// The side of its square input images, in pixels.
  var imageSize: Int { get }
  /// The channels of its input images: three per vision tower.
  var imageChannels: Int { get }
  /// The id of the placeholder that image tokens replace in a prompt; nil if there is none.
  var imageToken: Int? { get }
  /// How an image is cut into tiles that are read besides the whole image; nil if it is not.
  var tiling: Tiling? { get }

  /// The image tokens: [B, H, W, 3] → [B, P, D].
  /// - Throws: ``PromptError`` if an instruction that they depend on is too long.
  func encodeImage(_ images: Tensor) throws -> Tensor

  /// The tokens of prompts with their images, [B, T, D].
  /// - Parameters:
  ///   - ids: B lists of token ids in this family's prompt format.
  ///   - images: [B, H, W, 3], normalized as the vision tower was trained.
  func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor

  /// The image tokens of one image with its tiles, [1, P, D].
  func encodeImage(_ image: PreparedImage) throws -> Tensor

  /// The tokens of one prompt with an image and its tiles, [1, T, D].
  func prompt(_ ids: [Int], image: PreparedImage) throws -> Tensor
}

extension VisionLanguageModel {
  /// Red, green and blue, for one tower.
  public var imageChannels: Int { 3 }
  /// None.
  public var imageToken: Int? { nil }
  /// Nil: no tiles.
  public var tiling: Tiling? { nil }

  public func encodeImage(_ image: PreparedImage) throws -> Tensor {
    try encodeImage(image.pixels)
  }

  public func prompt(_ ids: [Int], image: PreparedImage) throws -> Tensor {
    try prompt([ids], images: image.pixels)
  }
}
