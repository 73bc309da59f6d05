import Tensors

/// The toy VLM: a vision-language model that points at what an instruction names.
///
/// Given an image and "put the red cup in the green bowl", it predicts where the cup is, where the
/// bowl is, whether the cup is held, and what kind of task it is. A robot policy needs this of a
/// VLM: not fluent text, but grounding. It is trained on true positions (`GroundingPretraining`),
/// which demonstrations do not contain.
///
/// - Letters: B images, R instructions for each image, N = B·R, P patches, T words, D width, Q = 3
///   slots: the first object, its destination, the final object. A slot that the instruction leaves
///   open points at the first object.
/// - Reference: Levine et al., "End-to-End Training of Deep Visuomotor Policies" (2016), §5.1, the
///   spatial softmax: a softmax over positions, whose expected position is the point. Here the
///   attention weights are that softmax.
public final class ToyVLM: Module {
  public let configuration: ToyVLMConfiguration
  public let tokenizer: WordTokenizer
  public let patchEmbedding: PatchEmbedding
  public let vision: TinyTransformer
  public let wordEmbedding: TokenEmbedding
  public let language: TinyTransformer
  public let fusion: CrossAttentionFusion
  public let point: Linear  // D → 2, a correction to the attended position
  public let flags: Linear  // Q·D → 3
  public let intent: Linear  // D → 6

  /// A model with random weights.
  public init(_ configuration: ToyVLMConfiguration = .init(), using random: inout SeededRandom) {
    self.configuration = configuration
    let (D, heads, ratio) = (configuration.width, configuration.heads, configuration.ratio)
    let T = configuration.maximumWords
    tokenizer = WordTokenizer(vocabulary: configuration.vocabulary, maximumLength: T)
    patchEmbedding = PatchEmbedding(
      imageSize: configuration.imageSize, patchSize: configuration.patchSize, width: D,
      using: &random)
    vision = TinyTransformer(width: D, depth: 1, heads: heads, ratio: ratio, using: &random)
    wordEmbedding = TokenEmbedding(
      vocabulary: tokenizer.count, length: T, width: D, using: &random)
    language = TinyTransformer(width: D, depth: 1, heads: heads, ratio: ratio, using: &random)
    fusion = CrossAttentionFusion(
      .init(queries: Grounding.slots, depth: 2, heads: heads, ratio: ratio), width: D,
      using: &random)
    point = Linear(inputs: D, outputs: 2, using: &random)
    point.weight.values = Array(repeating: 0, count: 2 * D)  // start at the attended position
    flags = Linear(inputs: Grounding.slots * D, outputs: Grounding.flags, using: &random)
    intent = Linear(inputs: D, outputs: configuration.intents.count, using: &random)
  }

  /// Images from ``Pixels`` → patch features: [B, H, W, 3] → [B, P, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    vision(patchEmbedding(images))  // [B, H, W, 3] → [B, P, D] → [B, P, D]
      .traced("vision features", "each patch, informed by the others")
  }

  /// N instructions of T ids from ``tokenizer`` → features [N, T, D] and padding mask [N, 1, 1, T].
  public func encodeText(_ ids: [[Int]]) -> (text: Tensor, mask: Tensor) {
    let mask = AttentionMask.padding(ids.map(tokenizer.mask))  // → [N, 1, 1, T]
    let text = language(wordEmbedding(ids), mask: mask)  // N·T ids → [N, T, D] → [N, T, D]
      .traced("text features", "each word, informed by the others")
    return (text, mask)
  }

  /// Finds the objects that the instructions name: vision [B, P, D] from ``encodeImage(_:)``, text
  /// [N, T, D] and mask [N, 1, 1, T] from ``encodeText(_:)``.
  public func ground(vision: Tensor, text: Tensor, mask: Tensor) -> Grounding {
    let N = text.dim(0)
    let (slots, attention) = fusion.attend(vision: vision, text: text, textMask: mask)
    let expected = attention.weights.mean(axis: 1)  // over heads: [B, H, R·Q, P] → [B, R·Q, P]
      .matmul(patchCenters)  // [B, R·Q, P] × [P, 2] → [B, R·Q, 2]
      .reshaped([N, Grounding.slots, 2])  // [B, R·Q, 2] → [N, Q, 2]
    let points = (expected + point(slots))  // [N, Q, 2] + [N, Q, 2] → [N, Q, 2]
      .traced("points", "x, y of first object, destination, final object")
    let flat = slots.reshaped([N, -1])  // [N, Q, D] → [N, Q·D]
    let sentence = text.meanOfTokens(mask: mask)  // [N, T, D] → [N, D]
    return Grounding(
      points: points,
      flags: flags(flat).traced("flags", "held? in the bowl? final one held?"),  // → [N, 3]
      intent: intent(sentence).traced("intent", "logits of the kinds of task"),  // → [N, 6]
      attention: attention)
  }

  /// The position on the table of each patch's center, in world units: [P, 2].
  private var patchCenters: Tensor {
    let side = configuration.imageSize / configuration.patchSize
    let positions = (0..<side * side).flatMap { patch -> [Float] in
      let (u, v) = (Float(patch % side) + 0.5, Float(patch / side) + 0.5)
      let (x, y) = configuration.camera.tablePoint(u: u / Float(side), v: v / Float(side))
      return [x, y]
    }
    return Tensor(positions, shape: [side * side, 2])
  }
}

/// What a ``ToyVLM`` predicts: for each of N instructions, Q = 3 slots.
public struct Grounding {
  /// Q: first object, destination, final object.
  public static let slots = 3
  /// First object held; first object in its destination; final object held.
  public static let flags = 3
  public let points: Tensor  // x and y in world units, [N, Q, 2]
  public let flags: Tensor  // logits, [N, 3]
  public let intent: Tensor  // logits, [N, 6]
  public let attention: Attention  // of the queries over the patches, weights [B, H, R·Q, P]
}
