import Files

/// Limits of the memory that running a network takes: a checkpoint of a few megabytes could claim that
/// an image has 16 million patches, each of which attends to all others.
extension JSONValue {

  /// Refuses this size if it makes the tensor `what` too large.
  /// - Parameter sizes: the tensor's shape.
  func mustKeep(_ what: String, _ sizes: Int...) throws {
    // A product of floating-point numbers does not overflow.
    guard sizes.map(Double.init).reduce(1, *) <= Double(Limits.modelValues) else {
      let product = sizes.map { "\($0)" }.joined(separator: "×")
      throw outOfRange(
        "so small that \(what), \(product) values, has at most \(Limits.modelValues)")
    }
  }

  /// Refuses this size if a network with so many tokens needs too much memory.
  /// - Parameter widest: the width of the widest layer.
  func mustKeep(tokens: Int, heads: Int, widest: Int) throws {
    try mustKeep("the matrix of attention scores", heads, tokens, tokens)
    try mustKeep("the output of a layer", tokens, widest)
  }
}

extension VisionTransformerConfiguration {
  /// Refuses `size` if it gives too many patches.
  func checkSize(_ size: JSONValue) throws {
    try size.mustKeep(
      tokens: patchCount + prefixCount, heads: heads, widest: max(width, hidden))
  }
}

extension RotaryDecoderConfiguration {
  /// Refuses `size` if it gives too many image tokens.
  func checkSize(_ size: JSONValue, imageTokens: Int) throws {
    try size.mustKeep(
      tokens: imageTokens, heads: heads, widest: max(width, hidden, heads * headWidth))
  }
}
