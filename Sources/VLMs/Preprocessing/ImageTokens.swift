import Files
import Tensors

/// Image tokens at the positions that a prompt reserves for them.
///
/// The prompt contains one `<image>` placeholder per image token. The embeddings of the placeholders
/// are replaced in order: one gather from a table of text and image tokens, so that gradients flow to
/// both. In families without placeholders the image tokens come first.
///
/// - Letters: B prompts, T tokens, N image tokens per prompt, D width.
/// - Reference: Liu et al., "Visual Instruction Tuning" (2023), §4.1.
extension LanguageModel {
  /// Embeds prompts with their image tokens.
  /// - Parameters:
  ///   - ids: B lists of T token ids.
  ///   - images: the image tokens, [B, N, D].
  ///   - placeholder: the id that is replaced; nil puts the image tokens before the text.
  /// - Returns: [B, T, D], or [B, N + T, D] without a placeholder.
  /// - Throws: ``PromptError`` if a prompt does not have N placeholders, is too long, or contains an
  ///   unknown id.
  public func embed(
    _ ids: [[Int]], placing images: Tensor, at placeholder: Int?
  ) throws(PromptError) -> Tensor {
    let N = images.dim(1)
    try check(ids, imageTokens: N, at: placeholder)
    guard images.shape.count == 3, images.dim(0) == ids.count else {
      fatalError("prompts: image tokens \(images.shape) for \(ids.count) prompts")
    }
    guard let placeholder else {
      return .concatenated([images, embed(ids)], axis: 1)  // [B, N, D], [B, T, D] → [B, N + T, D]
    }
    // A placeholder's own embedding is never used; some models have none.
    let text = embed(ids.map { $0.map { $0 == placeholder ? 0 : $0 } })  // → [B, T, D]
    let D = text.dim(2)
    let table = Tensor.concatenated([text.reshaped([-1, D]), images.reshaped([-1, D])], axis: 0)
    var next = text.dim(0) * text.dim(1)  // the image tokens follow all text tokens in the table
    var order: [Int] = []
    for (position, id) in ids.joined().enumerated() {
      order.append(id == placeholder ? next : position)
      if id == placeholder { next += 1 }
    }
    return table.rows(at: order)  // [B·T + B·N, D] → [B·T, D]
      .reshaped(text.shape)  // [B·T, D] → [B, T, D]
  }
}

extension LanguageModel {
  /// Checks prompts before anything is computed, as ``embed(_:placing:at:)`` does.
  /// - Parameter count: N, the image tokens of each.
  public func check(
    _ ids: [[Int]], imageTokens N: Int, at placeholder: Int?
  ) throws(PromptError) {
    if let id = ids.joined().first(where: { !(0..<vocabulary ~= $0) && $0 != placeholder }) {
      throw PromptError.unknownToken(id, vocabulary: vocabulary)
    }
    try checkLength(ids.first?.count ?? 0, besides: placeholder == nil ? N : 0)
    guard let placeholder else { return }
    for row in ids {
      let found = row.count { $0 == placeholder }
      guard found == N else { throw PromptError.imageTokens(found: found, needed: N) }
    }
  }

  /// Refuses a text of `tokens` beside `others` that is longer than this model reads, or whose attention
  /// would not fit into memory.
  ///
  /// All tokens of a prompt attend to one another at the same time. A model that was trained on texts of
  /// any length would take as much memory as a question asks for.
  func checkLength(_ tokens: Int, besides others: Int = 0) throws(PromptError) {
    guard tokens <= maximumTokens - others else {
      throw .tooLong(tokens: tokens, limit: max(0, maximumTokens - others))
    }
    try checkMemory(tokens, besides: others)
  }

  /// Refuses a text of `tokens` beside `others` whose attention would not fit into memory.
  func checkMemory(_ tokens: Int, besides others: Int) throws(PromptError) {
    let heads = blocks.first?.attention.heads ?? 1
    let limit = Int(Double(Limits.attentionScores / heads).squareRoot())
    guard tokens + others <= limit else {
      throw .tooMuchMemory(tokens: tokens, limit: max(0, limit - others))
    }
  }
}

/// A prompt that does not fit the model.
public enum PromptError: Error, Equatable, CustomStringConvertible {
  /// The number of image placeholders is wrong.
  case imageTokens(found: Int, needed: Int)
  /// More tokens than the model can read.
  case tooLong(tokens: Int, limit: Int)
  /// More tokens than the attention scores of one layer have memory for.
  case tooMuchMemory(tokens: Int, limit: Int)
  /// A question that contains the placeholder for an image.
  case placeholder(String)
  /// A token id outside of the vocabulary.
  case unknownToken(Int, vocabulary: Int)
  /// A token that the prompt format needs is not in the tokenizer.
  case missingToken(String)

  public var description: String {
    switch self {
    case .tooMuchMemory(let tokens, let limit):
      return
        "the prompt is \(tokens) tokens, whose attention scores would take more than 2 GiB; at most "
        + "\(limit) are read: shorten it"
    case .placeholder(let token):
      return
        "the question contains \"\(token)\", the place of the image, which the prompt already has: "
        + "ask without it"
    case .imageTokens(let found, let needed):
      return "the prompt has \(found) image tokens, this model needs \(needed): write <image> "
        + "\(needed) times"
    case .tooLong(let tokens, let limit):
      return "the prompt is \(tokens) tokens, this model reads \(limit): shorten it"
    case .unknownToken(let id, let vocabulary):
      return
        "the prompt contains the token id \(id), the model's vocabulary has \(vocabulary) tokens: use the "
        + "model's own tokenizer"
    case .missingToken(let token):
      return
        "the tokenizer has no token \"\(token)\", which the prompt needs: use the model's own tokenizer"
    }
  }
}
