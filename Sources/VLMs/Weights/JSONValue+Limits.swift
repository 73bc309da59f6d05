// Numbers that a file need not hold, but that running takes: a checkpoint of a few megabytes could say
// that an image has 16 million patches, each of which looks at all others.

import Files

extension JSONValue {
  /// The most numbers that any one step of a network may take: 1 GiB of Float. LLaVA-1.5's tower takes
  /// 5 million, one of 4,096 patches under 16 heads as many as this.
  static let maximumNumbers = 1 << 28

  /// Refuses this size if it makes `what` too large.
  /// - Parameter sizes: `what` has the product of these.
  func mustKeep(_ what: String, _ sizes: Int...) throws {
    // As floating-point numbers, whose product does not overflow.
    guard sizes.map(Double.init).reduce(1, *) <= Double(Self.maximumNumbers) else {
      let product = sizes.map { "\($0)" }.joined(separator: "×")
      throw outOfRange("such that \(what), \(product), are at most \(Self.maximumNumbers)")
    }
  }

  /// Refuses this size if `places` that attend to one another are too many.
  /// - Parameter widest: the width of the widest layer.
  func mustKeep(places: Int, heads: Int, widest: Int) throws {
    try mustKeep("the scores of attention", heads, places, places)
    try mustKeep("the numbers of a layer", places, widest)
  }
}

extension VisionTransformerConfiguration {
  /// Refuses `size` if it makes too many patches.
  func checkPlaces(_ size: JSONValue) throws {
    try size.mustKeep(
      places: patchCount + prefixCount, heads: heads, widest: max(width, hidden))
  }
}

extension LlamaConfiguration {
  /// Refuses `size` if it puts too many image words into a prompt.
  func checkPlaces(_ size: JSONValue, imageWords: Int) throws {
    try size.mustKeep(
      places: imageWords, heads: heads, widest: max(width, hidden, heads * headWidth))
  }
}
