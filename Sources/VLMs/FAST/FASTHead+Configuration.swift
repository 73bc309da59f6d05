import NanoVLA

extension FASTHead {
  /// What the tokens mean, and the sizes of the language model.
  public struct Configuration: Codable, Equatable, Sendable {
    /// Of the coefficients, and the learned pairs of tokens: ``FASTTokenizer``.
    public var scale: Double
    public var merges: [[Int]]
    public var width, depth: Int  // D, transformer blocks

    /// Without merges, every coefficient is a token.
    ///
    /// The scale is half of the reference's, which was chosen for millions of demonstrations: of 100,
    /// half as many values of a coefficient have twice as many examples each.
    public init(scale: Double = 5, merges: [[Int]] = [], width: Int = 64, depth: Int = 2) {
      (self.scale, self.merges, self.width, self.depth) = (scale, merges, width, depth)
    }

    /// The tokens of `tokenizer`.
    public init(_ tokenizer: FASTTokenizer, width: Int = 64, depth: Int = 2) {
      self.init(
        scale: tokenizer.scale, merges: tokenizer.pairs.map { [$0.left, $0.right] }, width: width,
        depth: depth)
    }

    /// - Throws: ``FASTError`` for chunks and merges that cannot be.
    func tokenizer(for place: HeadContext) throws -> FASTTokenizer {
      try FASTTokenizer(
        steps: place.chunk, dimensions: place.space.count, scale: scale,
        pairs: merges.map { BytePairEncoding.Pair($0[0], $0[1]) })
    }
  }
  static let heads = 4  // of attention
}
