import Dispatch
import NanoVLA
import Tensors

extension PublishedExample {
  /// The time that a text takes with and without a ``KeyValueCache``.
  public struct CacheTimes {
    /// Whether both generations gave the same tokens, as they must.
    public let areTokensEqual: Bool
    /// In milliseconds, for all tokens together.
    public let cached, uncached: Double
  }

  /// Generates `count` tokens after the example's prompt twice. With the cache each step reads one
  /// token; without it the whole text again, and computes the same keys and values once more.
  /// - Throws: ``PromptError`` if the prompt is too long or contains an unknown token.
  public func cacheTimes(_ count: Int, of model: OpenVLA, _ port: Port) throws -> CacheTimes {
    try withoutGradient {
      let prompt = try model.prompt([port.promptIDs], images: port.preprocessor([image]))
      let start = DispatchTime.now().uptimeNanoseconds
      let tokens = Generation(model.language)(after: prompt, count: count)
      let middle = DispatchTime.now().uptimeNanoseconds
      let others = Self.generated(count, by: model.language, after: prompt)
      let end = DispatchTime.now().uptimeNanoseconds
      return CacheTimes(
        areTokensEqual: tokens == others, cached: Double(middle - start) / 1e6,
        uncached: Double(end - middle) / 1e6)
    }
  }

  /// The greedy tokens after a prompt [1, T, D], each from the whole text before it.
  private static func generated(
    _ count: Int, by language: some LanguageModel, after prompt: Tensor
  ) -> [Int] {
    var (text, tokens) = (prompt, [Int]())
    while tokens.count < count {
      let T = text.dim(1)
      let last = language(text).sliced(axis: 1, T - 1..<T)  // [1, T, D] → [1, 1, D]
      let token = language.logits(last).reshaped([-1]).argmax()[0]  // → [1, 1, V] → [V]
      tokens.append(token)
      text = Tensor.concatenated([text, language.embed([[token]])], axis: 1)  // → [1, T + 1, D]
    }
    return tokens
  }
}
