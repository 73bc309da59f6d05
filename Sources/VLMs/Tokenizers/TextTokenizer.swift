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
  /// - Throws: ``TokenizerError`` for a letter without a token, or if the file's normalizer makes the
  ///   text many times longer.
  public func encode(
    _ text: String, addingSpecialTokens: Bool = true
  ) throws(TokenizerError) -> [Int] {
    let text = Scalars(text)
    var ids: [Int] = []
    for part in added.rawFinder.parts(of: text) {
      switch part {
      case .token(let id): ids.append(id)
      case .text(let range):
        let normalized = try Self.normalized(Array(text[range]), normalizer, file)
        ids += try encode(normalized: normalized, isFirst: range.lowerBound == 0)
      }
    }
    return addingSpecialTokens ? template(ids) : ids
  }

  private func encode(normalized text: Scalars, isFirst: Bool) throws(TokenizerError) -> [Int] {
    var ids: [Int] = []
    for part in added.normalizedFinder.parts(of: text) {
      switch part {
      case .token(let id): ids.append(id)
      case .text(let range):
        let piece = Piece(
          text: Array(text[range]), isFirst: isFirst && range.lowerBound == 0)
        for word in try words(of: piece) where !word.text.isEmpty {
          ids += try model(word.text, vocabulary)
        }
      }
    }
    return ids
  }

  private func words(of piece: Piece) throws(TokenizerError) -> [Piece] {
    guard let preTokenizer else { return [piece] }
    do throws(TextGrowth.Excess) {
      return try preTokenizer([piece], within: TextGrowth(from: piece.text.count))
    } catch { throw .tooLong(stage: "pre_tokenizer", limit: error.limit, file: file) }
  }

  static func normalized(
    _ text: Scalars, _ normalizer: Normalizer?, _ file: String
  ) throws(TokenizerError) -> Scalars {
    guard let normalizer else { return text }
    do throws(TextGrowth.Excess) {
      return try normalizer(text, within: TextGrowth(from: text.count))
    } catch { throw .tooLong(stage: "normalizer", limit: error.limit, file: file) }
  }

  /// The text of `ids`. Ids that are not in the vocabulary are skipped. Bytes that are not valid
  /// UTF-8, such as half a character, become "�".
  /// - Parameter skippingSpecialTokens: omits `<s>` and other special tokens.
  /// - Throws: ``TokenizerError/tooLong(stage:limit:file:)`` if the file's decoder makes the text many
  ///   times longer.
  public func decode(
    _ ids: [Int], skippingSpecialTokens: Bool = true
  ) throws(TokenizerError) -> String {
    do throws(TextGrowth.Excess) {
      let tokens = ids.compactMap(spelling)
        .filter { !(skippingSpecialTokens && added.isSpecial($0)) }
      let count = tokens.reduce(0) { $0 + $1.count }
      try TextGrowth(from: ids.count).check(count)  // a token's own length has no other limit
      guard let decoder else { return tokens.map(\.text).joined(separator: " ") }
      return Array(try decoder(tokens, within: TextGrowth(from: count)).joined()).text
    } catch { throw .tooLong(stage: "decoder", limit: error.limit, file: file) }
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
