import Files
import Foundation
import NanoVLA
import Tensors

/// The FAST head: a small language model writes a whole chunk as a few tokens of its frequencies.
///
/// A head of bins chooses all T·A numbers at once and independently. This one writes a chunk token by
/// token, the lowest frequencies first: the coarse motion, then, knowing it, the details. It takes as
/// many passes as there are tokens, about 7 for 56 numbers, each with the ``KeyValueCache`` of those
/// before. Only tokens that fit can be chosen, so every text decodes to a chunk.
///
///     p(chunk) = Π p(token | state, the tokens before it)        loss = mean of −ln p(next token)
///
/// A token alone does not tell which coefficient comes next, since tokens have many lengths, and the one
/// that the next must fit may stand inside any token before. So each token also gets a learned vector
/// for the number of coefficients that are written, and a linear map of these coefficients. Without the
/// map, low and high frequencies of the gripper contradicted one another, and it closed a step early.
///
/// A chunk that is shorter than T repeats its last action. FAST transforms the chunk as a whole, so the
/// repeated steps count in the loss too.
///
/// - Letters: N samples, S state numbers, T steps in a chunk (the K of other heads), A action
///   dimensions, L tokens of a text, V tokens of the vocabulary, D width.
/// - Reference: Pertsch et al., "FAST: Efficient Action Tokenization" (2025), §V and §VI, π0-FAST.
public final class FASTHead: ActionHead {
  /// The name of this kind of head in a policy folder.
  public static let kind = "fast"
  public let configuration: Configuration
  public let encoder: ChunkEncoder  // the state as T tokens before the text
  public let language: GPT2
  public let places: Embedding  // [T·A + 1, D]
  public let coefficients: Linear  // T·A → D
  public let tokenizer: FASTTokenizer
  /// The temperature of ``actions(for:using:)``; 0 is greedy.
  public var temperature: Float = 0
  /// Whether any token may be chosen. A malformed text then becomes a chunk of zeros, as in the
  /// reference: the robot stands still.
  public var isFree = false

  /// An untrained head.
  public init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    self.configuration = configuration
    do { tokenizer = try configuration.tokenizer(for: place) } catch { fatalError("\(error)") }
    let D = configuration.width
    var sizes = GPT2Configuration()
    (sizes.vocabulary, sizes.width, sizes.hidden) = (tokenizer.vocabulary, D, 2 * D)
    (sizes.depth, sizes.heads) = (configuration.depth, Self.heads)
    sizes.maximumTokens = place.chunk * (1 + place.space.count)
    encoder = ChunkEncoder(inputs: place.inputs, chunk: place.chunk, hidden: D, using: &random)
    language = GPT2(sizes, using: &random)
    places = Embedding(count: place.chunk * place.space.count + 1, width: D, using: &random)
    coefficients = Linear(inputs: place.chunk * place.space.count, outputs: D, using: &random)
  }

  /// Why no head can have these sizes or merges; nil if one can.
  public static func validationError(
    _ wanted: Configuration, in place: HeadContext
  ) -> PartError? {
    guard Limits.width ~= wanted.width, wanted.width % heads == 0 else {
      return PartError("width", "\(wanted.width) is no multiple of \(heads) in \(Limits.width)")
    }
    guard wanted.merges.allSatisfy({ $0.count == 2 }) else {
      return PartError("merges", "each is a pair of tokens")
    }
    do { _ = try wanted.tokenizer(for: place) } catch { return PartError("merges", "\(error)") }
    return nil
  }

  public var chunk: Int { tokenizer.steps }  // T
  public var dimensions: Int { tokenizer.dimensions }

  /// The logits of every next token: [N, S] and N texts of L tokens → [N, L + 1, V].
  public func callAsFunction(_ state: Tensor, _ texts: [[Int]]) -> Tensor {
    let (T, L) = (chunk, texts[0].count)
    var all = encoder(state)  // [N, S] → [N, T, D]
    if L > 0 { all = .concatenated([all, embed(texts, last: L)], axis: 1) }  // → [N, T + L, D]
    let hidden = language(all)  // [N, T + L, D] → [N, T + L, D]
    return language.logits(hidden.sliced(axis: 1, T - 1..<T + L))  // → [N, L + 1, V]
  }

  /// The `last` L tokens of N texts, each with the coefficients until then → [N, L, D].
  func embed(_ texts: [[Int]], last L: Int) -> Tensor {
    let (N, all) = (texts.count, tokenizer.steps * tokenizer.dimensions)  // all = T·A
    var (counts, values): ([Int], [Float]) = ([], [])  // N·L and N·L·T·A
    for text in texts {
      var written: [Float] = []
      for (place, token) in text.enumerated() {
        written += tokenizer.coefficients(of: token)
        guard place >= text.count - L else { continue }
        counts.append(min(all, written.count))
        values += (0..<all).map { $0 < written.count ? written[$0] : 0 }
      }
    }
    return language.embed(texts.map { Array($0.suffix(L)) })  // → [N, L, D]
      + places(counts).reshaped([N, L, -1])  // [N·L, D] → [N, L, D]
      + coefficients(Tensor(values, shape: [N, L, all]))  // [N, L, T·A] → [N, L, D]
  }

  /// The cross-entropy of the expert's tokens, each predicted from the true ones before it.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    let texts = tokens(of: expert.actions)
    let longest = texts.map(\.count).max()!
    let padded = texts.map { $0 + Array(repeating: 0, count: longest - $0.count) }
    return crossEntropy(
      self(state, padded.map { Array($0.dropLast()) })  // → [N, L, V]
        .reshaped([-1, tokenizer.vocabulary]),  // [N, L, V] → [N·L, V]
      targets: padded.flatMap { $0 },
      weights: texts.flatMap { text in (0..<longest).map { $0 < text.count ? 1 : 0 } }
    ).traced("loss", "cross-entropy of the next token")
  }

  /// ln V: all tokens have the same probability.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    log(Float(tokenizer.vocabulary))
  }
}

extension ActionHeadKind {
  /// FAST tokens, written one after another: ``FASTHead``. Without merges each coefficient is one; a
  /// `CloningRecipe` learns them from its demonstrations.
  public static let fast = Self(FASTHead.self, .init())
}
