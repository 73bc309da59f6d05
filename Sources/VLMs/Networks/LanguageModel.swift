import NanoVLA
import Tensors

/// A decoder: a language model that reads from left to right and scores what comes next.
///
/// All decoders here are the same few lines; they differ in how a block is built, in how it knows
/// positions, and in whether the last layer is the word table once more (a tied head).
///
/// Letters: B texts, T tokens, D width, V vocabulary.
///
/// Reference: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019),
/// section 2.3.
public protocol LanguageModel: Module {
  var embedding: Embedding { get }  // [V, D]
  var blocks: [PreNormBlock] { get }
  var norm: any Layer { get }
  /// D → V; nil if tied: a token's score is the product with its own embedding.
  var head: Linear? { get }

  /// The longest text it can read; without limit where positions are not learned one by one.
  var maximumTokens: Int { get }

  /// Adds positions to tokens [B, T, D], the first of which stands at `start`. Decoders with rotary
  /// positions add nothing here.
  func positioned(_ tokens: Tensor, from start: Int) -> Tensor
}

extension LanguageModel {
  public var maximumTokens: Int { .max }

  public func positioned(_ tokens: Tensor, from start: Int) -> Tensor { tokens }

  /// - Parameter ids: B lists of T token numbers.
  /// - Returns: their vectors, without positions, [B, T, D].
  public func embed(_ ids: [[Int]]) -> Tensor {
    guard let length = ids.first?.count, ids.allSatisfy({ $0.count == length }) else {
      fatalError("tokens: lists of \(Set(ids.map(\.count)).sorted()), not of one length")
    }
    return embedding(ids.flatMap { $0 })  // B·T numbers → [B·T, D]
      .reshaped([ids.count, length, -1])  // [B·T, D] → [B, T, D]
  }

  /// Reads tokens, each looking at itself and at those before it.
  /// - Parameters:
  ///   - tokens: words from ``embed(_:)``, or anything of their width: [B, T, D].
  ///   - cache: what was read before; it is added to.
  ///   - mask: who may look at whom, if not the causal mask.
  ///   - seen: called with what each block made.
  /// - Returns: what was understood at each place, [B, T, D].
  public func callAsFunction(
    _ tokens: Tensor, cache: KeyValueCache? = nil, mask: Tensor? = nil,
    seen: (Tensor) -> Void = { _ in }
  ) -> Tensor {
    let past = cache?.length ?? 0
    let mask = mask ?? AttentionMask.causal(count: tokens.dim(1), past: past)
    let read = blocks(positioned(tokens, from: past), mask: mask, cache: cache, seen: seen)
    return norm(read)  // [B, T, D] → [B, T, D]
      .traced("language features", "what was understood at each place")
  }

  /// How likely each token of the vocabulary is next, before the softmax.
  /// - Parameter features: what reading returned, [B, T, D].
  /// - Returns: [B, T, V]
  public func logits(_ features: Tensor) -> Tensor {
    (head?(features) ?? features.matmul(transposed: embedding.weight))  // [B, T, D] → [B, T, V]
      .traced("logits", "a score for every token of the vocabulary")
  }

  /// An empty cache of this model's depth.
  public func emptyCache() -> KeyValueCache { KeyValueCache(depth: blocks.count) }
}

/// A language model with eyes: an image becomes vectors that stand among the words.
public protocol VisionLanguageModel: Module {
  associatedtype Language: LanguageModel
  var language: Language { get }

  /// The side of the square images that it sees, in pixels.
  var imageSize: Int { get }

  /// The images as words: [B, H, W, 3] → [B, P, D].
  func see(_ images: Tensor) throws -> Tensor

  /// What the language model reads of a prompt and its images, [B, T, D].
  /// - Parameters:
  ///   - ids: B lists of token numbers, as this family writes its prompts.
  ///   - images: [B, H, W, 3], normalized as the vision tower was trained.
  func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor
}
