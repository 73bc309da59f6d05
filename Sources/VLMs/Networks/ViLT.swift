import NanoVLA
import Tensors

/// ViLT: one transformer that reads words and image patches in a single stream.
///
/// Other VLMs encode the image first, in a tower of its own. ViLT has none: one linear layer embeds the
/// patches, as an embedding table embeds the words, and the same blocks read both. Every token attends to
/// every other, so ViLT is an encoder and generates no text: it chooses among known answers. The first token, `[CLS]`, becomes a summary of
/// image and text, which a head reads. Images keep their aspect: the grid of positions is interpolated to
/// the patches there are, which come row by row.
///
///     x = [ norm(wordsₜ + type + positionₜ) + modality₀ ; class + position, patchesₚ + positionₚ + modality₁ ]
///
/// - Letters: B prompts, H×W pixels, S the side of a patch, T tokens of the text, N = 1 +
///   (H/S)·(W/S) image tokens, D width.
/// - Reference: Kim et al., "ViLT: Vision-and-Language Transformer Without Convolution or Region
///   Supervision" (2021), §3.1. Left out: the heads for masked words and for retrieval, two
///   images in one prompt, and batches of images of different sizes.
public final class ViLT: VisionLanguageModel, LanguageModel {
  public let configuration: ViLTConfiguration
  public let embedding: Embedding  // [V, D]
  public let positions: Tensor  // [maximum T, D]
  public let textTypes: Tensor  // [types, D]; the first is that of all words
  public let textNorm: LayerNorm
  public let vision: VisionTransformer  // the patches' and the class token's; without blocks
  public let modalities: Tensor  // [2, D]: text, image
  public let blocks: [PreNormBlock]
  public let norm: any Layer
  public let pooler: Linear
  /// Scores the answers to a question; nil if the checkpoint was not trained on questions.
  public let answers: AnswerClassifier?

  /// A network with random weights.
  public init(_ configuration: ViLTConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (c, encoder, D) = (configuration, configuration.encoder, configuration.encoder.width)
    func table(_ rows: Int, using random: inout SeededRandom) -> Tensor {
      Tensor.normal([rows, D], scale: 0.02, using: &random).asParameter()
    }
    embedding = Embedding(count: c.vocabulary, width: D, using: &random)
    positions = table(c.maximumTokens, using: &random)
    textTypes = table(c.textTypes, using: &random)
    textNorm = LayerNorm(width: D, epsilon: encoder.epsilon)
    vision = VisionTransformer(c.patches, using: &random)
    modalities = table(c.modalities, using: &random)
    blocks = PreNormBlock.stack(
      depth: encoder.depth, width: D, heads: encoder.heads, hidden: encoder.hidden,
      activation: encoder.activation, inputBias: c.inputBias, epsilon: encoder.epsilon,
      using: &random)
    norm = LayerNorm(width: D, epsilon: encoder.epsilon)
    pooler = Linear(inputs: D, outputs: D, using: &random)
    answers = c.answers.map { AnswerClassifier(width: D, answers: $0.count, using: &random) }
  }

  /// The single stream itself.
  public var language: ViLT { self }
  public var head: Linear? { nil }
  public var isCausal: Bool { false }
  public var maximumTokens: Int { configuration.maximumTokens }
  public var imageSize: Int { configuration.encoder.imageSize }

  /// The text tokens: [B, T, D].
  public func embed(_ ids: [[Int]]) -> Tensor {
    words(ids) + modalities.sliced(axis: 0, 0..<1)  // [B, T, D] + [1, D] → [B, T, D]
  }

  /// The text tokens without their modality: [B, T, D].
  public func words(_ ids: [[Int]]) -> Tensor {
    let T = ids.first?.count ?? 0
    guard ids.allSatisfy({ $0.count == T }), T <= positions.dim(0) else {
      fatalError("ViLT: \(ids.map(\.count)) tokens for \(positions.dim(0)) positions")
    }
    let rows = embedding(ids.flatMap { $0 })  // B·T ids → [B·T, D]
      .reshaped([ids.count, T, -1])  // [B·T, D] → [B, T, D]
    let typed = rows + textTypes.sliced(axis: 0, 0..<1)  // [B, T, D] + [1, D] → [B, T, D]
    return textNorm(typed + positions.sliced(axis: 0, 0..<T))  // [B, T, D] + [T, D] → [B, T, D]
  }

  /// The image tokens, the class token first: [B, H, W, 3] → [B, N, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    let patches = vision.patchEmbedding.stretched(to: images, by: .bilinear)  // → [B, N − 1, D]
    return (vision.prefixed(patches) + modalities.sliced(axis: 0, 1..<2))  // → [B, N, D]
      .traced("image tokens", "a class token and the patches, with positions and modality")
  }

  /// The text tokens, then the image tokens: [B, T + N, D].
  /// - Throws: ``PromptError`` if the text has more tokens than positions, or both together too many.
  public func prompt(_ ids: [[Int]], images: Tensor) throws -> Tensor {
    try check(ids, imageTokens: 0, at: nil)
    let side = configuration.encoder.patchSize
    let N = 1 + images.dim(1) / side * (images.dim(2) / side)
    try checkMemory(ids.first?.count ?? 0, besides: N)
    return .concatenated([embed(ids), encodeImage(images)], axis: 1)  // → [B, T + N, D]
  }

  /// The pooled first token, the summary of text and image: [B, T + N, D] → [B, D].
  public func summary(of hidden: Tensor) -> Tensor {
    let first = hidden.sliced(axis: 1, 0..<1)  // [B, T + N, D] → [B, 1, D]
      .reshaped([hidden.dim(0), -1])  // [B, 1, D] → [B, D]
    return pooler(first).tanh()
  }

  /// Any size that divides into patches.
  public func problem(withImages shape: [Int]) -> VLMError? {
    let side = configuration.encoder.patchSize
    guard shape[3] == 3 else { return .wrongChannels(shape[3], needed: 3) }
    let divides = shape[1...2].allSatisfy { $0 > 0 && $0 % side == 0 }
    return divides ? nil : .wrongPatches(shape, patch: side)
  }
}
