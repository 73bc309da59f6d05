import Tensors

/// Greedy generation: the likeliest token, again and again.
///
/// The prompt is read once, all its tokens at the same time (the prefill). Then each new token is
/// read alone, the cache standing for all before it, and scores the next. Greedy means to take the
/// best at every step: no chance is involved, so a published model gives the same text everywhere.
///
/// Letters: T tokens of the prompt, D width, V vocabulary.
///
/// Reference: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019), section
/// 3.6. Left out: sampling, beams, and more than one text at a time.
public struct Generation {
  /// A token as it is chosen.
  public struct Step {
    public let token: Int
    public let logits: Tensor  // [V], what it was chosen by
  }

  public let model: any LanguageModel
  /// Tokens that end the text, such as `</s>`.
  public let stops: Set<Int>

  public init(_ model: any LanguageModel, stops: Set<Int> = []) {
    (self.model, self.stops) = (model, stops)
  }

  /// Writes at most `count` tokens after a prompt, and no more than the model can read.
  /// - Parameters:
  ///   - prompt: vectors of words and image, without positions, [1, T, D].
  ///   - each: called with every token as soon as it is chosen; false ends the text.
  /// - Returns: the tokens, without the one that ended the text.
  public func callAsFunction(
    after prompt: Tensor, count: Int, each: (Step) -> Bool = { _ in true }
  ) -> [Int] {
    guard prompt.shape.count == 3, prompt.dim(0) == 1, prompt.dim(1) > 0 else {
      fatalError("generation: prompt \(prompt.shape), not [1, T, D] with T above 0")
    }
    return withoutGradient {
      let cache = model.emptyCache()
      var tokens: [Int] = []
      var next = prompt
      while tokens.count < count, cache.length + next.dim(1) <= model.maximumTokens {
        let read = model(next, cache: cache)  // [1, T, D] → [1, T, D]; T is 1 after the first time
        let last = read.sliced(axis: 1, read.dim(1) - 1..<read.dim(1))  // [1, T, D] → [1, 1, D]
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
