import Files
import Foundation
import Tabletop
import Tensors

/// The text head: an action is a string of integers, which a small language model writes.
///
/// Each action number becomes one of B bins, and a chunk the string of their numbers: "16 3 31 …".
/// An action is then an answer like any other text, with the same vocabulary and the same loss. So
/// a batch can mix actions with captions (co-fine-tuning), and the model learns to act without
/// forgetting how to describe. To act, it may choose among integers only; to describe, among all.
///
///     p(text) = Π p(token | state, the tokens before it)        loss = mean of −ln p(next token)
///
/// - Letters: N samples, M captions, S state numbers, K steps, A action dimensions, B bins, T
///   tokens of a text, V tokens of the vocabulary, D width.
/// - Reference: Brohan et al., "RT-2" (2023), §3.2. Left out: the flag that ends an episode, and a
///   cache of keys and values: each new token reads the whole text again.
public final class TextHead: ActionHead {
  public static let kind = "text"
  public struct Configuration: Codable, Equatable, Sendable {
    public var bins, width, depth: Int  // B, D, transformer blocks
    /// The words of captions.
    public var words: [String]
    public init(
      bins: Int = 32, width: Int = 64, depth: Int = 2, words: [String] = TabletopTask.words
    ) { (self.bins, self.width, self.depth, self.words) = (bins, width, depth, words) }
  }
  private static let heads = 4
  public let configuration: Configuration
  public let encoder: ChunkEncoder  // the state as K tokens before the text
  public let embedding: Embedding  // [V, D]
  public let positions: Tensor  // [K + T, D]
  public let decoder: TinyTransformer
  public let output: Linear  // D → V
  public let dimensions: Int
  /// The vocabulary: two prompts, the integers, the words. Padding, id 0, ends a text.
  public let text: WordTokenizer
  let tokenizer: ActionTokenizer
  let integers: Range<Int>  // their ids
  /// The temperature of ``actions(for:using:)``; 0 is greedy.
  public var temperature: Float = 0
  package private(set) var captions: (states: Tensor, texts: [[Int]])?  // [M, S], M × (T + 1)

  public init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    let (B, D, K) = (configuration.bins, configuration.width, place.chunk)
    (self.configuration, dimensions) = (configuration, place.space.count)
    let T = 1 + max(K * place.space.count, TabletopTask.maximumWords)
    text = WordTokenizer(
      vocabulary: ["action", "caption"] + (0..<B).map(String.init) + configuration.words,
      maximumLength: T + 1)
    (tokenizer, integers) = (ActionTokenizer(bins: B, vocabulary: B), 3..<3 + B)
    encoder = ChunkEncoder(inputs: place.inputs, chunk: K, hidden: D, using: &random)
    embedding = Embedding(count: text.count, width: D, scale: 0.5, using: &random)
    positions = PositionEncoding.line(count: K + T, width: D).asParameter()
    decoder = TinyTransformer(
      width: D, depth: configuration.depth, heads: Self.heads, ratio: 2, using: &random)
    output = .smallInitialization(inputs: D, outputs: text.count, using: &random)
  }

  public static func validationError(_ wanted: Configuration, in _: HeadContext) -> PartError? {
    Limits.width ~= wanted.width && wanted.width % heads == 0
      ? nil : PartError("width", "\(wanted.width) is no multiple of \(heads) in \(Limits.width)")
  }

  public var chunk: Int { encoder.steps.count }

  /// Mixes captions into each batch of ``loss(_:_:using:)``, as many as chunks; `states` are
  /// what the head reads of the described images, [M, S].
  /// - Throws: ``InstructionError`` for a caption that is too long or has an unknown word.
  public func coTrain(on states: Tensor, captions: [String]) throws(InstructionError) {
    guard !captions.isEmpty, states.dim(0) == captions.count else {
      fatalError("TextHead: states \(states.shape) with \(captions.count) captions")
    }
    self.captions = (
      states, try captions.map { it throws(InstructionError) in try text.encode("caption " + it) }
    )
  }

  /// The logits of the token after each of T: [N, S] and N × T ids → [N, T, V].
  public func callAsFunction(_ state: Tensor, _ texts: [[Int]]) -> Tensor {
    let (N, T, K) = (texts.count, texts[0].count, chunk)
    let prefix = encoder(state)  // [N, S] → [N, K, D]
    let tokens = embedding(texts.flatMap { $0 }).reshaped([N, T, -1])  // N·T ids → [N, T, D]
      .traced("text tokens", "a prompt, then integers or words")
    let all = Tensor.concatenated([prefix, tokens], axis: 1)  // → [N, K + T, D]
    let placed = all + positions.sliced(axis: 0, 0..<K + T)  // [N, K + T, D] + [K + T, D]
    let hidden = decoder(placed, mask: AttentionMask.causal(count: K + T))  // → [N, K + T, D]
    return output(hidden.sliced(axis: 1, K..<K + T))  // [N, K + T, D] → [N, T, D] → [N, T, V]
      .traced("logits", "of the next token, a word or an integer")
  }

  /// The cross-entropy of the next token, given the true tokens before it (teacher forcing), in the
  /// expert's strings and in the captions, if there are any.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    var (states, texts) = (state, texts(of: expert))  // [N, S], N × (T + 1) ids
    if let captions {
      let drawn = texts.map { _ in random.integer(below: captions.texts.count) }
      states = .concatenated([states, captions.states.rows(at: drawn)], axis: 0)  // → [N + M, S]
      texts += drawn.map { captions.texts[$0] }
    }
    let given = texts.map { Array($0.dropLast()) }  // (N + M) × T ids
    return crossEntropy(
      self(states, given).reshaped([-1, text.count]),  // [N + M, T, V] → [(N + M)·T, V]
      targets: texts.flatMap { $0.dropFirst() },
      weights: text.mask(given.flatMap { $0 }).map { $0 ? 1 : 0 }  // 0 after the end of a text
    ).traced("loss", "cross-entropy of the next token")
  }

  /// ln V: all words and integers have the same probability.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float { log(Float(text.count)) }
}
