import Foundation

/// A published tokenizer: text ↔ the token ids that a language model was trained on.
///
/// A single wrong id gives the model another sentence, so every stage of the file `tokenizer.json` is
/// reproduced:
///
///     "Pick it up"  added tokens   tokens such as <image> are split off
///                   normalizer     "▁Pick▁it▁up"                    one spelling
///                   pre-tokenizer  "▁Pick" "▁it" "▁up"              words
///                   model          ▁P ick ▁it ▁up → 349 860 372 701 tokens of each word
///                   template       1 349 860 372 701                <s> in front
///
/// Left out: the sections "truncation" and "padding", which are up to the code that builds a batch,
/// and the offsets of tokens in the text.
///
/// - Reference: Hugging Face's library `tokenizers`; the ids are identical, those of letters that
///   one of its Unicode tables is too old for included (see ``UnicodeTables``).
public struct TextTokenizer: Sendable {
  let file: String
  /// The model's own tokens.
  let vocabulary: Vocabulary
  let model: TokenModel
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  let template: Template
  let decoder: TokenDecoder?
  let added: AddedTokens

  /// The token ids of `text`, in O(N·log N) time for N code points.
  /// - Parameter addingSpecialTokens: adds the tokens that the model expects around a text.
  /// - Throws: ``TokenizerError`` for a letter without a token, or if the file's stages make the text
  ///   many times longer or take too long.
  public func encode(
    _ text: String, addingSpecialTokens: Bool = true
  ) throws(TokenizerError) -> [Int] {
    let text = Scalars(text)
    let budget = TextBudget(for: text.count, stage: "added_tokens", file: file)
    var ids: [Int] = []
    for part in try added.rawFinder.parts(of: text, within: budget) {
      switch part {
      case .token(let id): ids.append(id)
      case .text(let range):
        budget.stage = "normalizer"
        let part = Array(text[range])
        let normalized = try normalizer?(part, within: budget) ?? part
        ids += try encode(normalized, isFirst: range.lowerBound == 0, within: budget)
        try budget.check(ids.count)
      }
    }
    return addingSpecialTokens ? template(ids) : ids
  }

  /// The ids of a normalized text.
  private func encode(
    _ text: Scalars, isFirst: Bool, within budget: TextBudget
  ) throws(TokenizerError) -> [Int] {
    var ids: [Int] = []
    budget.stage = "added_tokens"
    for part in try added.normalizedFinder.parts(of: text, within: budget) {
      switch part {
      case .token(let id): ids.append(id)
      case .text(let range):
        budget.stage = "pre_tokenizer"
        let piece = Piece(
          text: Array(text[range]), isFirst: isFirst && range.lowerBound == 0)
        let words = try preTokenizer?([piece], within: budget) ?? [piece]
        budget.stage = "model"
        for word in words where !word.text.isEmpty {
          ids += try model(word.text, vocabulary, within: budget)
        }
      }
    }
    return ids
  }

  /// The text of `ids`. Ids that are not in the vocabulary are skipped. Bytes that are not valid
  /// UTF-8, such as half a character, become "�".
  /// - Parameter skippingSpecialTokens: omits `<s>` and other special tokens.
  /// - Throws: ``TokenizerError`` if the file's decoder makes the text many times longer or takes too
  ///   long.
  public func decode(
    _ ids: [Int], skippingSpecialTokens: Bool = true
  ) throws(TokenizerError) -> String {
    let tokens = ids.compactMap(spelling)
      .filter { !(skippingSpecialTokens && added.isSpecial($0)) }
    let count = tokens.reduce(0) { $0 + $1.count }
    // A token's own length has no other limit.
    try TextBudget(for: ids.count, stage: "decoder", file: file).check(count)
    guard let decoder else { return tokens.map(\.text).joined(separator: " ") }
    let budget = TextBudget(for: count, stage: "decoder", file: file)
    return Array(try decoder(tokens, within: budget).joined()).text
  }

  /// The token with this id as decoding begins with it.
  func spelling(of id: Int) -> Scalars? { added.spelling(of: id) ?? vocabulary.tokens[id] }

  /// The id of a token in the file's spelling, such as "▁the", "Ġthe", `<image>`; nil if unknown.
  public func id(of token: String) -> Int? {
    added.ids[Scalars(token)] ?? vocabulary.ids[Scalars(token)]
  }

  /// The token with this id in the file's spelling; nil if there is none.
  public func token(of id: Int) -> String? {
    (added.tokens[id]?.content ?? vocabulary.tokens[id])?.text
  }

  /// The ids of tokens that are at least `first`, in order.
  public func ids(from first: Int) -> [Int] {
    Set(vocabulary.tokens.keys).union(added.tokens.keys).filter { $0 >= first }.sorted()
  }

  /// How many tokens there are, added ones included. Ids may have gaps and go beyond it.
  public var vocabularySize: Int {
    vocabulary.ids.count + added.ids.keys.count { vocabulary.ids[$0] == nil }
  }
}
