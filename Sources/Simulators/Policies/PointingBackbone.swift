import NanoVLA
import Tensors

/// A small vision-language transformer that points, and learns with its head from demonstrations.
///
/// The toy VLM is pre-trained in a world of its own; a robot's camera shows it nothing it knows. This
/// backbone starts from random weights, with a convolutional stem that needs few demonstrations. A few
/// queries attend to the instruction and then to the patch tokens (cross-attention fusion). Then every
/// query points: a softmax over the fine map gives an expected position, and the features there. A head
/// acts more precisely on a position in the image than on a mean of features.
///
///     x     = fusion(queries, words, patch tokens)
///     wᵢ    = softmaxₚ(qᵢ · kₚ),   pointᵢ = Σₚ wᵢₚ centerₚ,   readᵢ = Σₚ wᵢₚ vₚ,   centers in −1 … 1
///     state = [x₁ … x_Q, points, read₁ … read_Q, sentence, positions, proprioception]
///
/// With true positions in its demonstrations (a simulator knows them) it also predicts them, as an
/// auxiliary loss. That stands for the pre-training of a published VLM, and a success rate must say
/// that they were used. The policy never reads them.
///
/// - Letters: N observations, P patch tokens, F places of the fine map, c its channels, Q queries, T
///   words, M different instructions, D width, L positions.
/// - Reference: Levine et al., "End-to-End Training of Deep Visuomotor Policies" (2016), §5.1 (expected
///   positions) and §5.2 (pre-training on positions). Left out: history, several cameras.
public final class PointingBackbone: Module {
  public let configuration: PointingConfiguration
  public let tokenizer: WordTokenizer
  public let stem: ConvolutionalStem
  public let wordEmbedding: TokenEmbedding
  public let language: TinyTransformer
  public let fusion: CrossAttentionFusion
  public let query: Linear  // D → c
  public let key, value: Linear  // c → c
  public let positions: Linear?  // Q·(D + 2 + c) → L

  /// A backbone with random weights.
  public init(_ configuration: PointingConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let (D, Q, c) = (configuration.width, configuration.queries, configuration.channels)
    let (heads, ratio, T) = (configuration.heads, configuration.ratio, configuration.maximumWords)
    tokenizer = WordTokenizer(vocabulary: configuration.vocabulary, maximumLength: T)
    stem = ConvolutionalStem(
      imageSize: configuration.imageSize, channels: c, width: D, using: &random)
    wordEmbedding = TokenEmbedding(vocabulary: tokenizer.count, length: T, width: D, using: &random)
    language = TinyTransformer(width: D, depth: 1, heads: heads, ratio: ratio, using: &random)
    fusion = CrossAttentionFusion(
      .init(queries: Q, depth: configuration.depth, heads: heads, ratio: ratio), width: D,
      using: &random)
    query = Linear(inputs: D, outputs: c, using: &random)
    key = Linear(inputs: c, outputs: c, using: &random)
    value = Linear(inputs: c, outputs: c, using: &random)
    let L = configuration.positions.count
    positions = L == 0 ? nil : Linear(inputs: Q * (D + 2 + c), outputs: L, using: &random)
  }

  /// What it makes of N observations.
  public struct Perception {
    /// The queries after the transformer, their points, and what they read there: [N, Q·(D + 2 + c)].
    public let features: Tensor
    /// How much each query points at each place; a row sums to 1, [N, Q, F].
    public let weights: Tensor
    /// Where each query points: x to the right, y down, −1 … 1 in the image, [N, Q, 2].
    public let points: Tensor
    /// Scaled true positions, as predicted, [N, L]; nil without them.
    public let positions: Tensor?
    /// The sentences, [N, D].
    public let sentence: Tensor
  }

  /// N instructions as words.
  public struct Words {
    let text: Tensor  // [N, T, D]
    let mask: Tensor  // hides padding, [N, 1, 1, T]
  }

  /// Images [N, H, W, 3] of ``pixels(of:)`` with N instructions → where it points.
  public func perceive(_ images: Tensor, _ words: Words) -> Perception {
    let N = images.dim(0)
    let (fine, patches) = stem(images)  // [N, H, W, 3] → [N, F, c], [N, P, D]
    let x = fusion(vision: patches, text: words.text, textMask: words.mask)  // → [N, Q, D]
      .traced("queries", "they have attended to words and patches")
    // A sharp softmax from the start: the scores of c products of a size near 1 are not divided by √c.
    let weights = query(x).matmul(transposed: key(fine)).softmax()  // × [N, F, c]ᵀ → [N, Q, F]
      .traced("weights", "how much each query points at each place")
    let points = weights.matmul(centers)  // [N, Q, F] × [F, 2] → [N, Q, 2]
      .traced("points", "expected positions")
    let read = weights.matmul(value(fine))  // [N, Q, F] × [N, F, c] → [N, Q, c]
    let features = Tensor.concatenated([x, points, read], axis: 2)  // → [N, Q, D + 2 + c]
      .reshaped([N, -1])  // [N, Q, D + 2 + c] → [N, Q·(D + 2 + c)]
    return Perception(
      features: features, weights: weights, points: points,
      positions: positions?(features).traced("positions", "scaled, as predicted"),  // → [N, L]
      sentence: words.text.meanOfTokens(mask: words.mask))  // [N, T, D] → [N, D]
  }

  /// Encodes N instructions; equal ones once.
  /// - Throws: `InstructionError`
  public func words(of instructions: [String]) throws -> Words {
    let different = instructions.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let ids = try different.map { try tokenizer.encode($0) }
    let mask = AttentionMask.padding(ids.map(tokenizer.mask))  // → [M, 1, 1, T]
    let text = language(wordEmbedding(ids), mask: mask)  // M·T ids → [M, T, D] → [M, T, D]
    let rows = instructions.map { different.firstIndex(of: $0)! }
    return Words(text: text.rows(at: rows), mask: mask.rows(at: rows))  // → [N, T, D], [N, 1, 1, T]
  }

  /// The middles of the fine map's places, row by row from the top left: x, y in −1 … 1, [F, 2].
  private var centers: Tensor {
    let side = configuration.imageSize / 4
    func middle(_ place: Int) -> Float { (2 * Float(place) + 1) / Float(side) - 1 }
    return Tensor(
      (0..<side * side).flatMap { [middle($0 % side), middle($0 / side)] }, shape: [side * side, 2])
  }
}
