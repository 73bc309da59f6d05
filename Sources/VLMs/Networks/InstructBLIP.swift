import Tensors

/// InstructBLIP: BLIP-2 whose queries also depend on the instruction.
///
/// Two tokenizers encode the instruction: the language model reads it as its prompt, and the
/// ``QFormer`` reads it beside its queries, which then extract different features of the same image.
///
/// - Letters: B prompts, H×W pixels, N tokens of the vision tower, Q queries, T tokens of the
///   prompt, D width of the language model.
/// - Reference: Dai et al., "InstructBLIP: Towards General-purpose Vision-Language Models with
///   Instruction Tuning" (2023), §2.3. Left out: T5 as the language model.
public final class InstructBLIP: QueryingVLM {
  public let configuration: InstructBLIPConfiguration
  public let vision: VisionTransformer
  public let qformer: QFormer
  public let projector: Linear
  public let language: RotaryDecoder

  /// A network with random weights.
  public init(_ configuration: InstructBLIPConfiguration, using random: inout SeededRandom) {
    self.configuration = configuration
    let c = configuration
    vision = VisionTransformer(c.vision, using: &random)
    qformer = QFormer(c.qformer, contextWidth: c.vision.width, using: &random)
    projector = Linear(inputs: c.qformer.width, outputs: c.language.width, using: &random)
    language = RotaryDecoder(c.language, using: &random)
  }

  /// The published names of the weights.
  public static let weights =
    queryingWeights
    + RotaryDecoder.weights(
      body: "(language_model.model.|model.language_model.|language_model.)",
      head: "(language_model.|)"
    ).inside("language.", "")
}

/// The sizes of an ``InstructBLIP``; the defaults are a nano one.
public struct InstructBLIPConfiguration: QueryingConfiguration, Sendable, Equatable {
  public var vision = VisionTransformerConfiguration()
  public var qformer: QFormerConfiguration = {
    var qformer = QFormerConfiguration()
    qformer.readsInstruction = true
    return qformer
  }()
  public var language = RotaryDecoderConfiguration()
  public var imageToken: Int? = 32

  /// Nano size.
  public init() {}
}
