// A published tokenizer: text ↔ the ids that a language model was trained on. One wrong id and the
// model reads another sentence, so the file `tokenizer.json` is followed to the letter:
//
//   "Pick it up"  added tokens   what is a token already, such as <image>, is taken out
//                 normalizer     "▁Pick▁it▁up"                    one spelling
//                 pre-tokenizer  "▁Pick" "▁it" "▁up"              words
//                 model          ▁P ick ▁it ▁up → 349 860 372 701 tokens of each word
//                 template       1 349 860 372 701                <s> in front
//
// Left out: the file's sections "truncation" and "padding" (whoever builds a batch decides on those)
// and the places in the text from which tokens came.
//
// Reference: Hugging Face's library `tokenizers`, whose ids these are.

import Foundation

public struct TextTokenizer: Sendable {
  var vocabulary: Vocabulary
  let model: TokenModel
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer?
  let template: Template
  let decoder: TokenDecoder?
  let added: [Int: AddedToken]
  /// Added tokens to be found in the text as it came, and in the normalised text.
  let rawFinder, normalizedFinder: AddedTokenFinder

  /// The ids of `text`; with the tokens that the model expects around it, unless told otherwise.
  ///
  /// Time grows with the text's length N as N·log N at most.
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

  /// The text of `ids`. An id that the vocabulary lacks says nothing. Bytes that are no UTF-8, such
  /// as half a character, become "�".
  ///
  /// - Parameter skippingSpecialTokens: leaves out "<s>" and the like.
  public func decode(_ ids: [Int], skippingSpecialTokens: Bool = true) -> String {
    let tokens = ids.filter { !(skippingSpecialTokens && added[$0]?.isSpecial == true) }
      .compactMap { vocabulary.tokens[$0] }
    guard let decoder else { return tokens.map(\.text).joined(separator: " ") }
    return Array(decoder(tokens).joined()).text
  }

  /// The id of a token as the file spells it: "▁the", "Ġthe", "<image>".
  public func id(of token: String) -> Int? { vocabulary.ids[Scalars(token)] }

  /// The token with this id, as the file spells it.
  public func token(of id: Int) -> String? { vocabulary.tokens[id]?.text }

  /// How many tokens there are, added ones included. Ids may have gaps and go beyond it.
  public var vocabularySize: Int { vocabulary.ids.count }
}
