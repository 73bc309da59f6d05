import Tensors

/// The toy VLM: a vision-language model that can point.
///
/// Shown an image and told "put the red cup in the green bowl", it says where the cup is, where the
/// bowl is, whether the cup is held, and what kind of thing is asked for. That is what a robot policy
/// needs of a VLM: not fluent text, but knowing which of the things seen is meant. It is trained on
/// true positions (``GroundingPretraining``), which demonstrations do not hold.
///
/// Letters: B images, R instructions an image, N = B·R, P patches, T words, D width, Q = 3 slots:
/// the first object, its destination, the final object. A slot that the instruction does not fill
/// points at the first object.
///
/// Reference: Levine et al., "End-to-End Training of Deep Visuomotor Policies" (2016), section 5.1:
/// a softmax over places, and its centre as the point. Here attention's weights are that softmax.
public final class ToyVLM: Module {
  public let configuration: ToyVLMConfiguration
  public let tokenizer: WordTokenizer
  public let patchEmbedding: PatchEmbedding
  public let vision: TinyTransformer
  public let wordEmbedding: TokenEmbedding
  public let language: TinyTransformer
  public let fusion: CrossAttentionFusion
  public let point: Linear  // D → 2, a correction to where attention looks
  public let flags: Linear  // 3·D → 3
  public let intent: Linear  // D → 6

  /// A model with random weights: it points nowhere in particular until it is trained.
  public init(_ configuration: ToyVLMConfiguration = .init(), using random: inout SeededRandom) {
    self.configuration = configuration
    let (D, heads, ratio) = (configuration.width, configuration.heads, configuration.ratio)
    tokenizer = WordTokenizer(
      vocabulary: configuration.vocabulary, maximumLength: configuration.maximumWords)
    patchEmbedding = PatchEmbedding(
      imageSize: configuration.imageSize, patchSize: configuration.patchSize, width: D,
      using: &random)
    vision = TinyTransformer(width: D, depth: 1, heads: heads, ratio: ratio, using: &random)
    wordEmbedding = TokenEmbedding(
      vocabulary: tokenizer.count, length: configuration.maximumWords, width: D, using: &random)
    language = TinyTransformer(width: D, depth: 1, heads: heads, ratio: ratio, using: &random)
    fusion = CrossAttentionFusion(
      width: D, heads: heads, queries: Grounding.slots, depth: 2, ratio: ratio, using: &random)
    point = Linear(inputs: D, outputs: 2, using: &random)
    point.weight.values = Array(repeating: 0, count: 2 * D)  // start at where attention looks
    flags = Linear(inputs: Grounding.slots * D, outputs: Grounding.flags, using: &random)
    intent = Linear(inputs: D, outputs: configuration.intents.count, using: &random)
  }

  /// - Parameter images: [B, H, W, 3] from ``Pixels``.
  /// - Returns: what is where, [B, P, D].
  public func encodeImage(_ images: Tensor) -> Tensor {
    vision(patchEmbedding(images))  // [B, H, W, 3] → [B, P, D] → [B, P, D]
      .traced("vision features", "each patch, seen among the others")
  }

  /// - Parameter ids: N encoded instructions of T word numbers each.
  /// - Returns: what is wanted, [N, T, D], and the mask that hides padding, [N, 1, 1, T].
  public func encodeText(_ ids: [[Int]]) -> (text: Tensor, mask: Tensor) {
    let mask = AttentionMask.padding(ids.map(tokenizer.mask))
    let text = language(wordEmbedding(ids), mask: mask)  // N×T numbers → [N, T, D]
      .traced("text features", "each word, read among the others")
    return (text, mask)
  }

  /// Finds in what was seen the things that the instruction names.
  /// - Parameters:
  ///   - vision: [B, P, D] from ``encodeImage(_:)``.
  ///   - text, mask: [N, T, D] and [N, 1, 1, T] from ``encodeText(_:)``, N = B·R.
  public func ground(vision: Tensor, text: Tensor, mask: Tensor) -> Grounding {
    let N = text.dim(0)
    let (slots, attention) = fusion.attend(vision: vision, text: text, textMask: mask)
    let attended = attention.weights.mean(axis: 1)  // over heads: [B, H, R·Q, P] → [B, R·Q, P]
      .matmul(patchCenters)  // [B, R·Q, P] × [P, 2] → [B, R·Q, 2]
      .reshaped([N, Grounding.slots, 2])  // [B, R·Q, 2] → [N, Q, 2]
    let points = (attended + point(slots))  // [N, Q, 2] + [N, Q, 2]
      .traced("points", "x, y of first object, destination, final object")
    let flat = slots.reshaped([N, -1])  // [N, Q, D] → [N, Q·D]
    let sentence = text.meanOfTokens(mask: mask)  // [N, T, D] → [N, D]
    return Grounding(
      points: points,
      flags: flags(flat).traced("flags", "held? in the bowl? final one held?"),
      intent: intent(sentence).traced("intent", "what kind of thing is asked for"),
      attention: attention)
  }

  /// Where each patch's centre lies on the table, in world units: [P, 2].
  private var patchCenters: Tensor {
    let side = configuration.imageSize / configuration.patchSize
    let places = (0..<side * side).flatMap { patch -> [Float] in
      let (u, v) = (Float(patch % side) + 0.5, Float(patch / side) + 0.5)
      let (x, y) = configuration.camera.tablePoint(u: u / Float(side), v: v / Float(side))
      return [x, y]
    }
    return Tensor(places, shape: [side * side, 2])
  }
}

/// What the toy VLM found: N instructions, each with Q = 3 slots.
public struct Grounding {
  /// First object, destination, final object.
  public static let slots = 3
  /// First object held; first object in its destination; final object held.
  public static let flags = 3

  public let points: Tensor  // [N, Q, 2], x and y in world units
  public let flags: Tensor  // [N, 3], before the sigmoid
  public let intent: Tensor  // [N, 6], before the softmax
  public let attention: Attention  // scores and weights [B, H, R·Q, P]
}
