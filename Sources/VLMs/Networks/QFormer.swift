import NanoVLA
import Tensors

/// The Q-Former: a few learned queries extract from an image what a language model can use.
///
/// It returns Q vectors whatever the number of patches: the queries attend to one another and, in every
/// second block, to the image. If the Q-Former also reads the instruction (InstructBLIP), the queries
/// attend to its tokens too, so what they extract depends on the instruction.
///
/// - Letters: B images, Q queries, T tokens of the instruction, N tokens of the vision tower, C
///   their width, D width.
/// - Reference: Li et al., "BLIP-2" (2023), §3.1; Dai et al., "InstructBLIP" (2023), §2.3, for the instruction.
public final class QFormer: Module {
  public let queries: Tensor  // [Q, D]
  /// Embeddings and positions of the instruction's tokens; nil if the Q-Former reads none.
  public let textEmbedding: Embedding?  // [V, D]
  public let positions: Tensor?  // [maximum T, D]
  public let norm: LayerNorm
  public let blocks: [QFormerBlock]

  /// - Parameter contextWidth: C.
  public init(
    _ configuration: QFormerConfiguration, contextWidth: Int, using random: inout SeededRandom
  ) {
    let (c, D) = (configuration, configuration.width)
    queries = Tensor.normal([c.queries, D], scale: 0.02, using: &random).asParameter()
    textEmbedding =
      c.readsInstruction ? Embedding(count: c.vocabulary, width: D, using: &random) : nil
    positions =
      c.readsInstruction
      ? Tensor.normal([c.maximumTokens, D], scale: 0.02, using: &random).asParameter() : nil
    norm = LayerNorm(width: D, epsilon: c.epsilon)
    var blocks: [QFormerBlock] = []
    for block in 0..<c.depth {
      let attends = block % c.crossAttentionFrequency == 0
      blocks.append(QFormerBlock(c, contextWidth: attends ? contextWidth : nil, using: &random))
    }
    self.blocks = blocks
  }

  /// - Parameters:
  ///   - image: all tokens of the vision tower, [B, N, C].
  ///   - instructions: B lists of T token ids of the Q-Former's own tokenizer.
  ///   - isToken: false for padding; nil if there is none.
  ///   - observe: called with the output of each block, queries first, [B, Q + T, D].
  /// - Returns: the queries' outputs, [B, Q, D].
  /// - Throws: ``PromptError`` if an instruction has more tokens than there are positions.
  public func callAsFunction(
    _ image: Tensor, instructions: [[Int]]? = nil, isToken: [[Bool]]? = nil,
    observe: (Tensor) -> Void = { _ in }
  ) throws(PromptError) -> Tensor {
    let (B, Q) = (image.dim(0), queries.dim(0))
    var x = try embed(instructions, count: B)  // → [B, Q + T, D]
    // Queries are never padding: [B][T] → [B, 1, 1, Q + T].
    let mask = isToken.map { isToken in
      AttentionMask.padding(isToken.map { Array(repeating: true, count: Q) + $0 })
    }
    for block in blocks {
      x = block(x, queries: Q, image: image, mask: mask)  // [B, Q + T, D] → [B, Q + T, D]
      observe(x)
    }
    return x.sliced(axis: 1, 0..<Q)  // [B, Q + T, D] → [B, Q, D]
      .traced("query outputs", "one per learned query, whatever the number of patches")
  }

  /// The input of the first block: the queries, the same for all `count` images, then the instruction.
  /// - Throws: ``PromptError`` if an instruction has more tokens than there are positions.
  /// - Returns: [B, Q + T, D]
  public func embed(_ instructions: [[Int]]?, count B: Int) throws(PromptError) -> Tensor {
    let (Q, D) = (queries.dim(0), queries.dim(1))
    let repeated = queries.reshaped([1, Q, D])  // [Q, D] → [1, Q, D]
      .broadcast(to: [B, Q, D])  // [1, Q, D] → [B, Q, D]
    guard let instructions else { return norm(repeated) }
    guard let textEmbedding, let positions else {
      fatalError("Q-Former: an instruction for a Q-Former that reads none")
    }
    let T = instructions.first?.count ?? 0
    guard instructions.count == B, T > 0, instructions.allSatisfy({ $0.count == T }) else {
      fatalError("Q-Former: instructions of \(instructions.map(\.count)) tokens for \(B) images")
    }
    guard T <= positions.dim(0) else {
      throw PromptError.tooLong(tokens: T, limit: positions.dim(0))
    }
    let vocabulary = textEmbedding.weight.dim(0)
    if let id = instructions.joined().first(where: { !(0..<vocabulary ~= $0) }) {
      throw PromptError.unknownToken(id, vocabulary: vocabulary)
    }
    let text = textEmbedding(instructions.flatMap { $0 })  // B·T ids → [B·T, D]
      .reshaped([B, T, D])  // [B·T, D] → [B, T, D]
    let placed = text + positions.sliced(axis: 0, 0..<T)  // [B, T, D] + [T, D] → [B, T, D]
    return norm(.concatenated([repeated, placed], axis: 1))  // [B, Q, D], [B, T, D] → [B, Q + T, D]
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
  /// The queries attend to the image in each block whose index is a multiple of this.
  public var crossAttentionFrequency = 2
  /// Whether it reads the instruction; otherwise the sizes below are not used.
  public var readsInstruction = false
  public var vocabulary = 64
  public var maximumTokens = 24

  /// Nano size.
  public init() {}
}
