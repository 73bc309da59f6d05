import Foundation
import NanoVLA
import Tensors

/// The head of a model that speaks actions: none but the language model itself.
///
/// OpenVLA needs no layers of its own for acting. Its state is the whole prompt, and its next A tokens
/// are the action, each chosen knowing those before it. So it can learn like any head (the loss is the
/// surprise at the expert's tokens), and it fits in wherever a head does.
///
/// Letters: N prompts of T tokens, D width, A action dimensions, V vocabulary; a chunk is K = 1 step.
///
/// Reference: Kim et al., "OpenVLA" (2024), section 3.2.
public final class SpokenActionHead: ActionHead {
  /// Its parameters belong to the backbone, where they are listed.
  private struct Speaker {
    let language: any LanguageModel
    let words: ActionTokenizer
  }
  private let speaker: Speaker
  public let dimensions: Int
  public var chunk: Int { 1 }

  public init(_ language: any LanguageModel, words: ActionTokenizer, dimensions: Int) {
    speaker = Speaker(language: language, words: words)
    self.dimensions = dimensions
  }

  public convenience init(_ model: OpenVLA, dimensions: Int) {
    self.init(model.language, words: model.configuration.actions, dimensions: dimensions)
  }

  /// - Parameter state: N prompts, [N, T·D].
  /// - Returns: [N, 1, A]
  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let rows = prompts(state).map { prompt -> [Float] in
      let tokens = Generation(speaker.language)(after: prompt, count: dimensions)
      return speaker.words.decode(tokens).values
    }
    return Tensor(rows.flatMap { $0 }, shape: [rows.count, 1, dimensions])
  }

  /// The mean surprise at the expert's tokens, each guessed knowing the true ones before it.
  public func loss(
    _ state: Tensor, _ expert: ActionChunks, using random: inout SeededRandom
  ) -> Tensor {
    let (language, A) = (speaker.language, dimensions)
    let tokens = expert.actions.values.map { speaker.words.token(of: $0) }  // N·A
    let scores = prompts(state).enumerated().map { n, prompt in
      let spoken = Array(tokens[n * A..<(n + 1) * A])
      let said = language.embed([Array(spoken.dropLast())])  // → [1, A − 1, D]
      let all = Tensor.concatenated([prompt, said], axis: 1)  // → [1, T + A − 1, D]
      let T = prompt.dim(1)
      let last = language(all).sliced(axis: 1, T - 1..<T + A - 1)  // → [1, A, D]
      return language.logits(last).reshaped([A, -1])  // [1, A, D] → [1, A, V] → [A, V]
    }
    return crossEntropy(
      .concatenated(scores, axis: 0), targets: tokens,  // N × [A, V] → [N·A, V]
      weights: expert.weights.values.flatMap { Array(repeating: $0, count: A) })
  }

  /// Of a model to which all tokens are equally likely: ln V.
  public func expectedInitialLoss(_ expert: ActionChunks) -> Float {
    log(Float(speaker.language.embedding.weight.dim(0)))
  }

  public func rounded(_ actions: Tensor) -> Tensor {
    let tokens = actions.values.map { speaker.words.token(of: $0) }
    return Tensor(speaker.words.decode(tokens).values, shape: actions.shape)
  }

  /// [N, T·D] → N × [1, T, D]
  private func prompts(_ state: Tensor) -> [Tensor] {
    let D = speaker.language.embedding.weight.dim(1)
    return (0..<state.dim(0)).map { state.sliced(axis: 0, $0..<$0 + 1).reshaped([1, -1, D]) }
  }
}
