import Foundation

/// Text ↔ token ids.
public protocol Tokenizer: Sendable {
  /// The token ids of `text`, optionally with the tokens that the model expects around it.
  /// - Throws: ``TokenizerError``
  func encode(_ text: String, addingSpecialTokens: Bool) throws(TokenizerError) -> [Int]
  /// The text of `ids`, optionally without special tokens.
  /// - Throws: ``TokenizerError``
  func decode(_ ids: [Int], skippingSpecialTokens: Bool) throws(TokenizerError) -> String
  /// The id of a token; nil if unknown.
  func id(of token: String) -> Int?
  /// The token with an id; nil if there is none.
  func token(of id: Int) -> String?
  /// The ids of tokens that are at least `first`, in order.
  func ids(from first: Int) -> [Int]
  /// A decoder for tokens that arrive one by one.
  func makeStream() -> any TokenStream
}

extension Tokenizer {
  /// The token ids of `text` with the tokens that the model expects around it.
  public func encode(_ text: String) throws(TokenizerError) -> [Int] {
    try encode(text, addingSpecialTokens: true)
  }
}

/// A decoder for tokens that arrive one by one. It holds back incomplete characters.
public protocol TokenStream {
  /// The text that `id` completes, possibly empty.
  mutating func next(_ id: Int) throws(TokenizerError) -> String
  /// The text that is still held back.
  mutating func finish() throws(TokenizerError) -> String
}

extension TextStream: TokenStream {}

extension TextTokenizer: Tokenizer {
  public func makeStream() -> any TokenStream { TextStream(self) }
}

/// One token per byte and a few special tokens: for models of nano size, which have no tokenizer file.
public struct ByteTokenizer: Tokenizer {
  /// Tokens beyond the 256 bytes: 256, 257, …
  public let specials: [String]

  public init(specials: [String] = []) { self.specials = specials }

  /// 256 bytes and the special tokens.
  public var vocabularySize: Int { 256 + specials.count }

  public func id(of token: String) -> Int? { specials.firstIndex(of: token).map { 256 + $0 } }

  public func token(of id: Int) -> String? {
    specials.indices ~= id - 256 ? specials[id - 256] : nil
  }

  public func ids(from first: Int) -> [Int] { Array(min(first, vocabularySize)..<vocabularySize) }

  /// Special tokens in `text` are matched by their names, the leftmost first.
  public func encode(_ text: String, addingSpecialTokens: Bool = true) -> [Int] {
    var ids: [Int] = []
    var rest = text[...]
    while let match = specials.compactMap({ rest.range(of: $0) }).min(by: {
      $0.lowerBound < $1.lowerBound
    }) {
      ids += rest[..<match.lowerBound].utf8.map { Int($0) }
      ids.append(id(of: String(rest[match]))!)
      rest = rest[match.upperBound...]
    }
    return ids + rest.utf8.map { Int($0) }
  }

  public func decode(_ ids: [Int], skippingSpecialTokens: Bool = true) -> String {
    let bytes = ids.flatMap { id -> [UInt8] in
      if let byte = UInt8(exactly: id) { return [byte] }
      guard !skippingSpecialTokens, specials.indices ~= id - 256 else { return [] }
      return Array(specials[id - 256].utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  public func makeStream() -> any TokenStream { ByteStream() }
}

/// Holds bytes back until they form a character.
private struct ByteStream: TokenStream {
  var pending: [UInt8] = []

  mutating func next(_ id: Int) -> String {
    guard let byte = UInt8(exactly: id) else { return "" }
    pending.append(byte)
    guard pending.count > 3 || String(validating: pending, as: UTF8.self) != nil else { return "" }
    return finish()
  }

  mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }
}
