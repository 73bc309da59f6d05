// What every tokenizer can do, and the smallest there is.

import Foundation

/// Text ↔ token numbers.
public protocol Tokenizer: Sendable {
  func encode(_ text: String, addingSpecialTokens: Bool) -> [Int]
  func decode(_ ids: [Int], skippingSpecialTokens: Bool) -> String
  func id(of token: String) -> Int?
  func token(of id: Int) -> String?
  /// Puts text together token by token.
  func makeStream() -> any TokenStream
}

extension Tokenizer {
  public func encode(_ text: String) -> [Int] { encode(text, addingSpecialTokens: true) }
}

/// Text that grows by tokens. A token may end in the middle of a character: its half is held back.
public protocol TokenStream {
  mutating func next(_ id: Int) -> String
  mutating func finish() -> String
}

extension TextStream: TokenStream {}

extension TextTokenizer: Tokenizer {
  public func makeStream() -> any TokenStream { TextStream(self) }
}

/// One token a byte, and a few special ones: for models of nano size, which come without a file.
public struct ByteTokenizer: Tokenizer {
  /// Tokens beyond the 256 bytes: 256, 257, …
  public let specials: [String]

  public init(specials: [String] = []) { self.specials = specials }

  public var vocabularySize: Int { 256 + specials.count }

  public func id(of token: String) -> Int? { specials.firstIndex(of: token).map { 256 + $0 } }

  public func token(of id: Int) -> String? {
    specials.indices ~= id - 256 ? specials[id - 256] : nil
  }

  /// Special tokens in `text` are found by their names, the earliest first.
  public func encode(_ text: String, addingSpecialTokens: Bool = true) -> [Int] {
    var ids: [Int] = []
    var rest = text[...]
    while let place = specials.compactMap({ rest.range(of: $0) }).min(by: {
      $0.lowerBound < $1.lowerBound
    }) {
      ids += rest[..<place.lowerBound].utf8.map { Int($0) }
      ids.append(id(of: String(rest[place]))!)
      rest = rest[place.upperBound...]
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

/// Holds bytes back until they make a character.
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
