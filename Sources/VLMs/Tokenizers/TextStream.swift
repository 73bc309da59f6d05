// Text while it is being generated, token by token. A token may end inside a character ("🤖" is four
// bytes, often two tokens), so text is held back until it can no longer change: the pieces that come
// out, joined, are exactly what decoding all ids at once gives.

/// Turns ids into text as they come.
///
/// ```swift
/// var stream = TextStream(tokenizer)
/// for id in generated { print(stream.next(id), terminator: "") }
/// print(stream.finish())
/// ```
public struct TextStream: Sendable {
  private let tokenizer: TextTokenizer
  private let skipsSpecialTokens: Bool
  /// The ids of the last text that came out, and those after it. The former stay, because how a
  /// token is spelled may depend on whether something stands before it.
  private var recent: [Int] = []
  private var recentText: Scalars = []
  private var waiting: [Int] = []

  public init(_ tokenizer: TextTokenizer, skippingSpecialTokens: Bool = true) {
    (self.tokenizer, skipsSpecialTokens) = (tokenizer, skippingSpecialTokens)
  }

  /// The text that `id` completes; empty while a character is not complete.
  public mutating func next(_ id: Int) -> String {
    // What says nothing must not end a run of bytes either.
    if skipsSpecialTokens, tokenizer.added[id]?.isSpecial == true { return "" }
    guard let token = tokenizer.vocabulary.tokens[id] else { return "" }
    waiting.append(id)
    // A byte token belongs to a run that only the next other token ends.
    if TokenDecoder.byte(token) != nil { return "" }
    let text = decode(recent + waiting)
    return text.last == "\u{FFFD}" ? "" : give(text)
  }

  /// What is still held back: a character that was never completed becomes "�".
  public mutating func finish() -> String { give(decode(recent + waiting)) }

  private func decode(_ ids: [Int]) -> Scalars {
    Scalars(tokenizer.decode(ids, skippingSpecialTokens: skipsSpecialTokens))
  }

  private mutating func give(_ text: Scalars) -> String {
    let new = Array(text.dropFirst(recentText.count))
    if !new.isEmpty { (recent, recentText) = (waiting, decode(waiting)) } else { recent += waiting }
    waiting = []
    return new.text
  }
}
