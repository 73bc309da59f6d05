import Files
import Foundation
import NanoVLA
import Tensors

/// The head of a model that generates action tokens: its language model itself.
///
/// Such a model, OpenVLA for example, needs no layers of its own for acting. Its state is the whole
/// prompt (``WholePrompt``), and its next A tokens are the action, generated autoregressively. So it can
/// learn like any head: the loss is the cross-entropy of the expert's tokens with teacher forcing.
/// Each prompt is read alone, at its own length. The head has no parameters: what learns is the
/// backbone, unfrozen or adapted, on examples that store images (lesson 8).
///
/// - Letters: N prompts, T tokens of one, L of the longest, D width, A action dimensions, V
///   vocabulary; a chunk is K = 1 step.
/// - Reference: Kim et al., "OpenVLA" (2024), §3.2.
public final class AutoregressiveActionHead: ActionHead {
  /// The name of this kind of head in a policy folder.
  public static let kind = "autoregressive"
  /// This head has no settings.
  public struct Configuration: Codable, Equatable, Sendable {}
  /// What rebuilds this head.
  public var configuration: Configuration { Configuration() }

  /// Not a module: the parameters are listed in the backbone.
  private struct Generator {
    let language: any LanguageModel
    let tokenizer: ActionTokenizer
  }
  private let generator: Generator
  public let dimensions: Int
  public var chunk: Int { 1 }

  /// A head for `language`, whose action tokens are those of `tokenizer`.
  public init(_ language: any LanguageModel, tokenizer: ActionTokenizer, dimensions: Int) {
    generator = Generator(language: language, tokenizer: tokenizer)
    self.dimensions = dimensions
  }

  /// A head for `model`.
  public convenience init(_ model: any AutoregressiveActionModel, dimensions: Int) {
    self.init(model.language, tokenizer: model.actionTokenizer, dimensions: dimensions)
  }

  /// The head for the backbone in `place`, whose state becomes the whole prompt.
  public convenience init(
    _ configuration: Configuration, for place: HeadContext, using random: inout SeededRandom
  ) {
    guard let vlm = place.backbone as? VLM,
      let model = vlm.network as? any AutoregressiveActionModel
    else {
      fatalError("AutoregressiveActionHead: \(Self.needed)")
    }
    (vlm.readout, vlm.answerTokens) = (.wholePrompt, place.space.count)
    self.init(model, dimensions: place.space.count)
  }

  private static let needed = "the backbone must generate action tokens; OpenVLA does"

  /// Why this head does not fit `place`; nil if it does.
  public static func validationError(
    _ configuration: Configuration, in place: HeadContext
  ) -> PartError? {
    guard let vlm = place.backbone as? VLM, vlm.network is any AutoregressiveActionModel else {
      return PartError("kind", needed)
    }
    let isOnePrompt = place.chunk == 1 && place.inputs == vlm.stateWidth(usesProprioception: false)
    return isOnePrompt
      ? nil : PartError("kind", "the head needs chunk 1 and history 1, without proprioception")
  }

  /// Generates actions greedily.
  /// - Parameter state: N prompts, [N, L·(D + 1)].
  /// - Returns: [N, 1, A]
  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let rows = prompts(state).map { prompt -> [Float] in
      let tokens = Generation(generator.language)(after: prompt, count: dimensions)
      return generator.tokenizer.decode(tokens).values
    }
    return Tensor(rows.flatMap { $0 }, shape: [rows.count, 1, dimensions])
  }

  /// The mean cross-entropy of the expert's tokens, each predicted from the true ones before it
  /// (teacher forcing).
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    let (language, A) = (generator.language, dimensions)
    let tokens = expert.actions.values.map { generator.tokenizer.token(of: $0) }  // N·A
    let logits = prompts(state).enumerated().map { n, prompt in
      let target = Array(tokens[n * A..<(n + 1) * A])
      let given = language.embed([Array(target.dropLast())])  // → [1, A − 1, D]
      let all = Tensor.concatenated([prompt, given], axis: 1)  // → [1, T + A − 1, D]
      let T = prompt.dim(1)
      let last = language(all).sliced(axis: 1, T - 1..<T + A - 1)  // → [1, A, D]
      return language.logits(last).reshaped([A, -1])  // [1, A, D] → [1, A, V] → [A, V]
    }
    return crossEntropy(
      .concatenated(logits, axis: 0), targets: tokens,  // N × [A, V] → [N·A, V]
      weights: expert.weights.values.flatMap { Array(repeating: $0, count: A) })
  }

  /// The loss if all tokens are equally likely: ln V.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    log(Float(generator.language.embedding.weight.dim(0)))
  }

  /// The actions at the centers of their bins.
  public func quantized(_ actions: Tensor) -> Tensor {
    let tokens = actions.values.map { generator.tokenizer.token(of: $0) }
    return Tensor(generator.tokenizer.decode(tokens).values, shape: actions.shape)
  }

  /// [N, L·(D + 1)] → N × [1, T, D]
  private func prompts(_ state: Tensor) -> [Tensor] {
    WholePrompt.prompts(in: state, width: generator.language.embedding.weight.dim(1))
  }
}

extension ActionHeadKind {
  /// The model's own action tokens: ``AutoregressiveActionHead``. The backbone must generate them.
  static let autoregressive = Self(AutoregressiveActionHead.self, .init())
}
