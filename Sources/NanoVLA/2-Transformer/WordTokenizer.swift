// A word tokenizer turns an instruction into numbers: each word becomes its place in a list of known
// words. Real VLMs cut words into pieces so that nothing is unknown; the toy grammar has so few
// words that whole words do, and a reader can check every id by eye.
//
// T  the most words that the policy reads; shorter instructions are filled up with id 0
//
// Background: Jurafsky & Martin, "Speech and Language Processing", section 2.5 (tokenization).

import Foundation

/// Words ↔ ids. Id 0 is padding; the words of the vocabulary are 1, 2, 3 …
public struct WordTokenizer: Sendable, Equatable {
  public static let padding = 0
  public let vocabulary: [String]
  /// T, the length of every encoded instruction.
  public let maximumLength: Int
  private let ids: [String: Int]

  public init(vocabulary: [String], maximumLength: Int) {
    guard maximumLength > 0 else {
      fatalError("WordTokenizer: maximum length \(maximumLength), needs at least 1")
    }
    (self.vocabulary, self.maximumLength) = (vocabulary, maximumLength)
    ids = Dictionary(zip(vocabulary, 1...)) { first, _ in first }
  }

  /// The number of ids, padding included: how many rows an embedding table needs.
  public var count: Int { vocabulary.count + 1 }

  /// "Pick up the red cup." → `[T]` ids. Refuses an empty instruction, one of more than T words, and
  /// unknown words: a policy that guesses at what it was told is worse than one that asks.
  public func encode(_ instruction: String) throws(InstructionError) -> [Int] {
    let words = Self.words(of: instruction)
    guard !words.isEmpty else { throw .empty }
    guard words.count <= maximumLength else {
      throw .tooLong(words: words.count, maximum: maximumLength)
    }
    let known = try words.map { word throws(InstructionError) in
      guard let id = ids[word] else { throw .unknownWord(word, near: nearestWords(to: word)) }
      return id
    }
    return known + Array(repeating: Self.padding, count: maximumLength - known.count)  // → [T]
  }

  /// `[T]` ids → `[T]`, true where there is a word: attention must not look at the padding.
  public func mask(_ ids: [Int]) -> [Bool] { ids.map { $0 != Self.padding } }

  /// `[T]` ids → the instruction in lower case.
  public func decode(_ ids: [Int]) -> String {
    ids.filter { vocabulary.indices.contains($0 - 1) }.map { vocabulary[$0 - 1] }
      .joined(separator: " ")
  }

  /// Lower case, cut at white space, without the punctuation around each word: a full stop at the
  /// end, which "pick up the red cup." has and the demonstrations have not, must change nothing.
  static func words(of instruction: String) -> [String] {
    instruction.lowercased().split(whereSeparator: \.isWhitespace)
      .map { $0.trimmingCharacters(in: .punctuationCharacters) }.filter { !$0.isEmpty }
  }

  /// The three known words that need the fewest edits to become `word`.
  private func nearestWords(to word: String) -> [String] {
    let distances = vocabulary.map { (word: $0, edits: editDistance(word, $0)) }
    return distances.sorted { ($0.edits, $0.word) < ($1.edits, $1.word) }.prefix(3).map(\.word)
  }
}

/// What can be wrong with an instruction.
public enum InstructionError: Error, Equatable, Sendable, CustomStringConvertible {
  case empty
  case tooLong(words: Int, maximum: Int)
  case unknownWord(String, near: [String])

  public var description: String {
    switch self {
    case .empty:
      "the instruction is empty; say what to do, such as \"pick up the red cup\""
    case .tooLong(let words, let maximum):
      "instruction is \(words) words, this model reads \(maximum); say it shorter"
    case .unknownWord(let word, let near):
      "unknown word \"\(word.prefix(40))\"; near it this model knows: \(near.joined(separator: ", "))"
    }
  }
}

/// Levenshtein's distance: the fewest insertions, deletions and replacements of one letter. Row i of
/// the table holds the distances of the first i letters of `a` to every beginning of `b`.
private func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a.prefix(40)), Array(b.prefix(40)))  // no word is longer, whatever was typed
  var row = Array(0...b.count)
  for i in a.indices {
    var next = [i + 1]
    for j in b.indices {
      let replaced = row[j] + (a[i] == b[j] ? 0 : 1)
      next.append(min(replaced, row[j + 1] + 1, next[j] + 1))
    }
    row = next
  }
  return row[b.count]
}
