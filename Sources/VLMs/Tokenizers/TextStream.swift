/// Decodes generated tokens one by one.
///
/// A token may end inside a character ("🤖" is four bytes, often two tokens), so text is held back
/// until it can no longer change. The pieces, joined, equal the decoding of all ids at once.
///
/// ```swift
/// var stream = TextStream(tokenizer)
/// for id in generated { print(try stream.next(id), terminator: "") }
/// print(try stream.finish())
/// ```
public struct TextStream: Sendable {
  private let tokenizer: TextTokenizer
  private let skipsSpecialTokens: Bool
  /// The ids of the last piece of text. They are decoded again with the following ones, since a
  /// token's text may depend on the token before it.
  private var recent: [Int] = []
  private var recentText: Scalars = []
  private var waiting: [Int] = []

  public init(_ tokenizer: TextTokenizer, skippingSpecialTokens: Bool = true) {
    (self.tokenizer, skipsSpecialTokens) = (tokenizer, skippingSpecialTokens)
  }

  /// The text that `id` completes; empty while a character is incomplete.
  public mutating func next(_ id: Int) throws(TokenizerError) -> String {
    // A token without text must not end a run of byte tokens.
    guard let token = tokenizer.spelling(of: id) else { return "" }
    if skipsSpecialTokens, tokenizer.added.isSpecial(token) { return "" }
    waiting.append(id)
    // A run of byte tokens ends with the next token of another kind.
    if TokenDecoder.byte(token) != nil { return "" }
    let text = try decode(recent + waiting)
    return text.last == "\u{FFFD}" ? "" : try give(text)
  }

  /// The text that is still held back; an incomplete character becomes "�".
  public mutating func finish() throws(TokenizerError) -> String {
    try give(decode(recent + waiting))
  }

  private func decode(_ ids: [Int]) throws(TokenizerError) -> Scalars {
    Scalars(try tokenizer.decode(ids, skippingSpecialTokens: skipsSpecialTokens))
  }

  private mutating func give(_ text: Scalars) throws(TokenizerError) -> String {
    let new = Array(text.dropFirst(recentText.count))
    if new.isEmpty {
      recent += waiting
    } else {
      (recent, recentText) = (waiting, try decode(waiting))
    }
    waiting = []
    return new.text
  }
}
