import Tensors

/// Greedy autoregressive generation: the most likely token, again and again.
///
/// All tokens of the prompt are read at once (the prefill). Then each new token is read alone, with
/// the ``KeyValueCache`` of all tokens before it, and predicts the next one. Nothing is sampled, so a
/// published model generates the same text everywhere.
///
/// - Letters: T tokens of the prompt, D width, V vocabulary.
/// - Reference: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019),
///   section 3.6. Left out: sampling, beam search, and batches.
public struct Generation {
  /// A generated token.
  public struct Step {
    public let token: Int
    public let logits: Tensor  // [V], the logits that it maximizes
  }

  /// The language model.
  public let model: any LanguageModel
  /// Tokens that end the text, such as `</s>`.
  public let stops: Set<Int>

  /// Generation with `model`, until one of `stops`.
  public init(_ model: any LanguageModel, stops: Set<Int> = []) {
    (self.model, self.stops) = (model, stops)
  }

  /// Generates at most `count` tokens after a prompt, and no more than the model can read.
  /// - Parameters:
  ///   - prompt: text and image tokens without positions, [1, T, D].
  ///   - each: called with every token as soon as it is generated; returns false to stop.
  /// - Returns: the token ids, without the one that ended the text.
  public func callAsFunction(
    after prompt: Tensor, count: Int, each: (Step) -> Bool = { _ in true }
  ) -> [Int] {
    guard prompt.shape.count == 3, prompt.dim(0) == 1, prompt.dim(1) > 0 else {
      fatalError("generation: prompt \(prompt.shape), not [1, T, D] with T above 0")
    }
    guard model.isCausal else { fatalError("generation: \(type(of: model)) is an encoder") }
    return withoutGradient {
      let cache = model.emptyCache()
      var tokens: [Int] = []
      var next = prompt
      while tokens.count < count, cache.length + next.dim(1) <= model.maximumTokens {
        let hidden = model(next, cache: cache)  // [1, T, D] → [1, T, D], T = 1 after the prefill
        let T = hidden.dim(1)
        let last = hidden.sliced(axis: 1, T - 1..<T)  // [1, T, D] → [1, 1, D]
        let logits = model.logits(last).reshaped([-1])  // [1, 1, D] → [1, 1, V] → [V]
        let token = logits.argmax()[0]
        if stops.contains(token) { break }
        tokens.append(token)
        guard each(Step(token: token, logits: logits)) else { break }
        next = model.embed([[token]])  // → [1, 1, D]
      }
      return tokens
    }
  }
}
