import NanoVLA
import Tensors

/// The Q-Former: a few learned queries carry out of an image what a language model can use.
///
/// However many patches there are, Q vectors come out: the queries ask each other what is still
/// missing and, in every second block, ask the image. Where the Q-Former reads the instruction too
/// (InstructBLIP), its words stand behind the queries and are asked as they are, so what the queries
/// look for depends on what is wanted.
///
/// Letters: B images, Q queries, T words of the instruction, N places of the vision tower, C their
/// width, D width.
///
/// Reference: Li et al., "BLIP-2" (2023), section 3.1; Dai et al., "InstructBLIP" (2023), section 2.3,
/// for the instruction.
public final class QFormer: Module {
  public let queries: Tensor  // [Q, D]
  /// The instruction's words and their places, where this Q-Former reads one.
  public let words: Embedding?  // [V, D]
  public let positions: Tensor?  // [maximum T, D]
  public let norm: LayerNorm
  public let blocks: [QFormerBlock]

  /// - Parameter contextWidth: C.
  public init(
    _ configuration: QFormerConfiguration, contextWidth: Int, using random: inout SeededRandom
  ) {
    let (c, D) = (configuration, configuration.width)
    queries = Tensor.normal([c.queries, D], scale: 0.02, using: &random).asParameter()
    words = c.readsWords ? Embedding(count: c.vocabulary, width: D, using: &random) : nil
    positions =
      c.readsWords
      ? Tensor.normal([c.maximumWords, D], scale: 0.02, using: &random).asParameter() : nil
    norm = LayerNorm(width: D, epsilon: c.epsilon)
    var blocks: [QFormerBlock] = []
    for number in 0..<c.depth {
      let looks = number % c.crossAttentionFrequency == 0
      blocks.append(QFormerBlock(c, contextWidth: looks ? contextWidth : nil, using: &random))
    }
    self.blocks = blocks
  }

  /// - Parameters:
  ///   - image: every place that the vision tower made, [B, N, C].
  ///   - instructions: B lists of T token numbers, as the Q-Former's own tokenizer makes them.
  ///   - isWord: which of them are no padding; without it, all.
  ///   - seen: called with what each block made, queries first, [B, Q + T, D].
  /// - Returns: what the queries carry, [B, Q, D].
  /// - Throws: ``PromptError`` if an instruction is longer than the places there are.
  public func callAsFunction(
    _ image: Tensor, instructions: [[Int]]? = nil, isWord: [[Bool]]? = nil,
    seen: (Tensor) -> Void = { _ in }
  ) throws(PromptError) -> Tensor {
    let (B, Q) = (image.dim(0), queries.dim(0))
    var x = try embed(instructions, count: B)  // → [B, Q + T, D]
    // Queries are never padding: [B][T] → [B, 1, 1, Q + T].
    let mask = isWord.map { isWord in
      AttentionMask.padding(isWord.map { Array(repeating: true, count: Q) + $0 })
    }
    for block in blocks {
      x = block(x, queries: Q, image: image, mask: mask)  // [B, Q + T, D] → [B, Q + T, D]
      seen(x)
    }
    return x.sliced(axis: 1, 0..<Q)  // [B, Q + T, D] → [B, Q, D]
      .traced("queries' finds", "what the queries carry out of the image")
  }

  /// What the first block reads: the queries, the same for all `count` images, then the words.
  /// - Returns: [B, Q + T, D]
  public func embed(_ instructions: [[Int]]?, count B: Int) throws(PromptError) -> Tensor {
    let (Q, D) = (queries.dim(0), queries.dim(1))
    let asked = queries.reshaped([1, Q, D])  // [Q, D] → [1, Q, D]
      .broadcast(to: [B, Q, D])  // [1, Q, D] → [B, Q, D]
    guard let instructions else { return norm(asked) }
    guard let words, let positions else { fatalError("Q-Former: this one reads no instruction") }
    let T = instructions.first?.count ?? 0
    guard instructions.count == B, T > 0, instructions.allSatisfy({ $0.count == T }) else {
      fatalError("Q-Former: instructions of \(instructions.map(\.count)) tokens for \(B) images")
    }
    guard T <= positions.dim(0) else {
      throw PromptError.tooLong(tokens: T, limit: positions.dim(0))
    }
    let read = words(instructions.flatMap { $0 })  // B·T numbers → [B·T, D]
      .reshaped([B, T, D])  // [B·T, D] → [B, T, D]
    let placed = read + positions.sliced(axis: 0, 0..<T)  // [B, T, D] + [T, D] → [B, T, D]
    return norm(.concatenated([asked, placed], axis: 1))  // [B, Q, D], [B, T, D] → [B, Q + T, D]
  }
}

/// The sizes of a ``QFormer``; the defaults are a nano one.
public struct QFormerConfiguration: Sendable, Equatable {
  public var queries = 4
  public var width = 16
  public var depth = 2
  public var heads = 4
  public var hidden = 32
  public var activation = Activation.gelu
  public var epsilon: Float = 1e-12
  /// The queries look at the image in every so many blocks, the first among them.
  public var crossAttentionFrequency = 2
  /// Whether it reads the instruction; the sizes below count only then.
  public var readsWords = false
  public var vocabulary = 64
  public var maximumWords = 24

  public init() {}
}
