import Files
import Foundation

/// A word tokenizer: each word of an instruction becomes its id in a fixed vocabulary.
///
/// The toy grammar has so few words that whole words suffice, and every id can be checked by eye.
/// Published VLMs split words into subwords instead, so that no word is unknown.
///
/// - Letters: T the maximum number of words; shorter instructions are padded with id 0.
/// - Reference: Jurafsky and Martin, "Speech and Language Processing", §2.5 (tokenization).
///   Left out: subwords (lesson 11) and casing.
public struct WordTokenizer: Sendable, Equatable {
  /// The id that fills short instructions.
  public static let padding = 0
  /// The words with ids 1, 2, 3, ….
  public let vocabulary: [String]
  /// T, the length of every encoded instruction.
  public let maximumLength: Int
  private let ids: [String: Int]

  /// A tokenizer of lower-case words (a repeated one keeps its first id) for up to T of them.
  public init(vocabulary: [String], maximumLength: Int) {
    guard maximumLength > 0 else {
      fatalError("word tokenizer: maximum length \(maximumLength), must be at least 1")
    }
    (self.vocabulary, self.maximumLength) = (vocabulary, maximumLength)
    ids = Dictionary(zip(vocabulary, 1...)) { first, _ in first }
  }

  /// V, the number of ids with padding: the rows of an embedding table.
  public var count: Int { vocabulary.count + 1 }

  /// Encodes an instruction: "Pick up the red cup." → T ids. Case and punctuation are ignored.
  /// - Throws: ``InstructionError`` for no word, more than T words, or an unknown word.
  public func encode(_ instruction: String) throws(InstructionError) -> [Int] {
    let words = instruction.lowercased().split(whereSeparator: \.isWhitespace)
      .map { $0.trimmingCharacters(in: .punctuationCharacters) }.filter { !$0.isEmpty }
    guard !words.isEmpty else { throw .empty }
    guard words.count <= maximumLength else {
      throw .tooLong(words: words.count, maximum: maximumLength)
    }
    let known = try words.map { word throws(InstructionError) in
      guard let id = ids[word] else {
        throw .unknownWord(word, near: nearestNames(to: word, among: vocabulary))
      }
      return id
    }
    return known + Array(repeating: Self.padding, count: maximumLength - known.count)  // → [T]
  }

  /// True for the ids that are not padding, for ``AttentionMask/padding(_:)``: T ids → T values.
  public func mask(_ ids: [Int]) -> [Bool] { ids.map { $0 != Self.padding } }

  /// Decodes T ids to the instruction in lower case; padding and unknown ids are skipped.
  public func decode(_ ids: [Int]) -> String {
    ids.filter { vocabulary.indices.contains($0 - 1) }.map { vocabulary[$0 - 1] }
      .joined(separator: " ")
  }
}

/// Why an instruction cannot be encoded.
public enum InstructionError: Error, Equatable, Sendable, CustomStringConvertible {
  case empty
  case tooLong(words: Int, maximum: Int)
  /// A word is not in the vocabulary; the nearest ones that are.
  case unknownWord(String, near: [String])

  public var description: String {
    switch self {
    case .empty:
      "the instruction is empty; say what to do, such as \"pick up the red cup\""
    case .tooLong(let words, let maximum):
      "instruction is \(words) words, this model reads \(maximum); shorten it"
    case .unknownWord(let word, let near):
      "unknown word \"\(brief(word))\"; similar known words: "
        + near.map(brief).joined(separator: ", ")
    }
  }
}
