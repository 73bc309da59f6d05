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
/// Reference: Hugging Face's library `tokenizers`; the ids are identical.
public struct TextTokenizer: Sendable {
  var vocabulary: Vocabulary
  let model: TokenModel
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  let template: Template
  let decoder: TokenDecoder?
  let added: [Int: AddedToken]
  /// Find the added tokens in the original text and in the normalized text.
  let rawFinder, normalizedFinder: AddedTokenFinder

  /// The token ids of `text`, in O(N·log N) time for N code points.
  /// - Parameter addingSpecialTokens: adds the tokens that the model expects around a text.
  public func encode(_ text: String, addingSpecialTokens: Bool = true) -> [Int] {
    let text = Scalars(text)
    var ids: [Int] = []
    for part in rawFinder.parts(of: text) {
      switch part {
      case .token(let id): ids.append(id)
      case .text(let range):
        let normalized = normalizer?(Array(text[range])) ?? Array(text[range])
        ids += encode(normalized: normalized, isFirst: range.lowerBound == 0)
      }
    }
    return addingSpecialTokens ? template(ids) : ids
  }

  private func encode(normalized text: Scalars, isFirst: Bool) -> [Int] {
    normalizedFinder.parts(of: text).flatMap { part in
      switch part {
      case .token(let id): return [id]
      case .text(let range):
        let piece = Piece(
          text: Array(text[range]), isFirst: isFirst && range.lowerBound == 0)
        let words = preTokenizer?([piece]) ?? [piece]
        return words.flatMap { $0.text.isEmpty ? [] : model($0.text, vocabulary) }
      }
    }
  }

  /// The text of `ids`. Ids that are not in the vocabulary are skipped. Bytes that are not valid
  /// UTF-8, such as half a character, become "�".
  /// - Parameter skippingSpecialTokens: omits `<s>` and other special tokens.
  public func decode(_ ids: [Int], skippingSpecialTokens: Bool = true) -> String {
    let tokens = ids.filter { !(skippingSpecialTokens && added[$0]?.isSpecial == true) }
      .compactMap { vocabulary.tokens[$0] }
    guard let decoder else { return tokens.map(\.text).joined(separator: " ") }
    return Array(decoder(tokens).joined()).text
  }

  /// The id of a token in the file's spelling, such as "▁the", "Ġthe", `<image>`; nil if unknown.
  public func id(of token: String) -> Int? { vocabulary.ids[Scalars(token)] }

  /// The token with this id in the file's spelling; nil if there is none.
  public func token(of id: Int) -> String? { vocabulary.tokens[id]?.text }

  /// How many tokens there are, added ones included. Ids may have gaps and go beyond it.
  public var vocabularySize: Int { vocabulary.ids.count }
}
