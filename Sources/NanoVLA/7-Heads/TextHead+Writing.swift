import Tensors

/// Writing, one token after another: actions in integers, captions in any words.
///
/// A free language model may answer a robot with a poem. So each token of an action is chosen among
/// the B integers only, whatever the logits of the words, and every string is an action.
///
/// - Reference: Brohan et al., "RT-2" (2023), §3.2, output constraint.
extension TextHead {
  public func actions(for state: Tensor, using random: inout SeededRandom) -> Tensor {
    let strings = actionStrings(for: state, using: &random)  // [N, S] → N strings
    let bins = strings.flatMap { $0.split(separator: " ").map { Int($0)! } }  // N·K·A
    return Tensor(
      bins.map { Float(tokenizer.center($0)) }, shape: [state.dim(0), chunk, dimensions])
  }

  /// The actions in N states, [N, S], as strings of K·A integers: "16 3 31 …".
  public func actionStrings(for state: Tensor, using random: inout SeededRandom) -> [String] {
    write("action", chunk * dimensions, among: integers, for: state, temperature, using: &random)
  }

  /// What the head says about N states, [N, S], greedily: "the left far".
  public func captions(for state: Tensor) -> [String] {
    var random = SeededRandom(seed: 0)  // not used
    let places = text.maximumLength - 1
    return write("caption", places, among: 0..<text.count, for: state, 0, using: &random)
  }

  /// The text after a prompt: up to `count` tokens, all of them `allowed`, at a temperature.
  private func write(
    _ prompt: String, _ count: Int, among allowed: Range<Int>, for state: Tensor,
    _ temperature: Float, using random: inout SeededRandom
  ) -> [String] {
    let start = text.vocabulary.firstIndex(of: prompt)! + 1
    var texts = Array(repeating: [start], count: state.dim(0))
    for T in 1...count {
      let chosen = self(state, texts)  // [N, S], N × T ids → [N, T, V]
        .sliced(axis: 1, T - 1..<T).sliced(axis: 2, allowed)  // [N, T, V] → [N, 1, allowed]
        .sampled(temperature: temperature, using: &random)
      for (n, token) in chosen.enumerated() { texts[n].append(allowed.lowerBound + token) }
    }
    return texts.map { text.decode(Array($0.dropFirst().prefix { $0 != WordTokenizer.padding })) }
  }

  /// The expert's chunks as texts: "action 16 3 31 …", without repeated steps → N × (T + 1) ids.
  package func texts(of expert: ActionChunks) -> [[Int]] {
    let (tokens, isReal) = (
      expert.actions.values.map { integers.lowerBound + tokenizer.bin(of: $0) },  // N·K·A
      expert.weights.values  // N·K
    )
    return (0..<expert.count).map { n in
      let steps = (n * chunk..<(n + 1) * chunk).prefix { isReal[$0] > 0 }
      let ids = [1] + tokens[steps.lowerBound * dimensions..<steps.upperBound * dimensions]
      return ids + Array(repeating: WordTokenizer.padding, count: text.maximumLength - ids.count)
    }
  }

  public func quantized(_ actions: Tensor) -> Tensor {
    let centers = actions.values.map { Float(tokenizer.center(tokenizer.bin(of: $0))) }
    return Tensor(centers, shape: actions.shape)
  }
}
