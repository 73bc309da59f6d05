import Files
import Foundation
import NanoVLA

/// Byte-pair encoding as published tokenizers use it: a word's letters become ids, and neighboring
/// ids are merged in the order in which the merges were learned.
///
/// A letter that is not in the vocabulary becomes one token per byte, such as `<0x0A>`, with byte
/// fallback (SentencePiece), and an unknown token otherwise; without such a token's name it is left
/// out. GPT-2's byte alphabet has no unknown letters.
///
/// - Reference: Kudo & Richardson, "SentencePiece" (2018), §3.
struct BytePairModel: Sendable {
  private let encoding: BytePairEncoding
  let unknown: UnknownToken?
  /// Whether consecutive unknown letters become one token.
  private let fusesUnknown: Bool
  let fallsBackToBytes: Bool
  /// Whether a word that is a token is encoded without merging.
  private let ignoresMerges: Bool
  /// Marks of a word's letters: `prefix` of all but the first, `suffix` (CLIP's "</w>") of the last.
  private let prefix, suffix: Scalars

  func callAsFunction(
    _ word: Scalars, _ vocabulary: Vocabulary, within budget: TextBudget
  ) throws(TokenizerError) -> [Int] {
    // Every letter is looked up with its marks, and merged with its neighbors.
    try budget.spend(word.count * (64 + prefix.count + suffix.count))
    if ignoresMerges, let id = vocabulary.ids[word] { return [id] }
    return encoding(try letters(word, vocabulary))
  }

  /// The ids of a word's letters, before any merge.
  private func letters(_ word: Scalars, _ vocabulary: Vocabulary) throws(TokenizerError) -> [Int] {
    var ids: [Int] = []
    var pending: Int?  // a run of unknown letters, appended once it has ended
    for (position, scalar) in word.enumerated() {
      let lead = position == 0 ? [] : prefix
      let letter = lead + [scalar] + (position == word.count - 1 ? suffix : [])
      if let id = vocabulary.ids[letter] {
        if let run = pending { ids.append(run) }
        pending = nil
        ids.append(id)
      } else if let bytes = bytes(of: letter, vocabulary) {
        ids += bytes
      } else if let unknown {
        if let run = pending, !fusesUnknown { ids.append(run) }
        pending = try unknown.id(for: letter)
      }
    }
    if let run = pending { ids.append(run) }
    return ids
  }

  private func bytes(of letter: Scalars, _ vocabulary: Vocabulary) -> [Int]? {
    guard fallsBackToBytes else { return nil }
    let bytes = Array(letter.text.utf8)
    let ids = bytes.compactMap { vocabulary.ids[Scalars(String(format: "<0x%02X>", $0))] }
    return ids.count == bytes.count ? ids : nil
  }
}

extension BytePairModel {
  init(_ section: Section, _ vocabulary: Vocabulary) throws(TokenizerError) {
    if case .number(let dropout)? = try section["dropout"]?.value, dropout != 0 {
      throw section.unsupported("dropout \(dropout)", supported: ["dropout null"])
    }
    prefix = try section["continuing_subword_prefix"]?.scalars() ?? []
    suffix = try section["end_of_word_suffix"]?.scalars() ?? []
    fusesUnknown = try section.flag("fuse_unk", usual: false)
    fallsBackToBytes = try section.flag("byte_fallback", usual: false)
    ignoresMerges = try section.flag("ignore_merges", usual: false)
    unknown = try section["unk_token"].map { name throws(TokenizerError) in
      UnknownToken(try name.scalars(), name, vocabulary)
    }
    let prefix = prefix
    let merges = try section.required("merges").items()
    encoding = BytePairEncoding(
      merges: try merges.enumerated().map { number, merge throws(TokenizerError) in
        let (left, right) = try Self.pair(merge)
        func id(_ token: Scalars) throws(TokenizerError) -> Int {
          guard let id = vocabulary.ids[token] else {
            throw .unknownMerge(
              "\(left.text) \(right.text)", number: number, file: section.file, missing: token.text)
          }
          return id
        }
        let pair = BytePairEncoding.Pair(try id(left), try id(right))
        let marked = right.starts(with: prefix) ? prefix.count : 0
        return (pair, symbol: try id(left + right.dropFirst(marked)))
      })
  }

  /// A merge is written `"a b"`, or `["a", "b"]` so that tokens may contain spaces.
  private static func pair(_ merge: Section) throws(TokenizerError) -> (Scalars, Scalars) {
    let parts: [Scalars]
    if case .string(let text) = merge.value {
      parts = Scalars(text).split(separator: " ", omittingEmptySubsequences: false).map(Array.init)
    } else {
      parts = try merge.items().map { item throws(TokenizerError) in try item.scalars() }
    }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw merge.wrong("a merge is two tokens, \"a b\" or [\"a\", \"b\"]")
    }
    return (parts[0], parts[1])
  }
}
