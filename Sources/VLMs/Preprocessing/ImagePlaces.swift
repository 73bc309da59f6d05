import Tensors

/// Image vectors at the places that a prompt keeps for them.
///
/// The prompt says `<image>` as often as the image has patches. The vectors of these placeholders
/// are overwritten, first place with first patch: a gather from words and patches in one table, so
/// gradients find their way to both. A family whose prompts keep no places reads the image first.
///
/// Letters: B prompts, T tokens, N image vectors a prompt, D width.
///
/// Reference: Liu et al., "Visual Instruction Tuning" (2023), section 4.1.
extension LanguageModel {
  /// - Parameters:
  ///   - ids: B lists of T token numbers.
  ///   - images: N vectors for each prompt, [B, N, D].
  ///   - placeholder: the number that is overwritten; nil puts the images before all words.
  /// - Returns: [B, T, D], or [B, N + T, D] without a placeholder.
  /// - Throws: ``PromptError`` if a prompt does not have N placeholders, or more than this model
  ///   reads.
  public func embed(
    _ ids: [[Int]], placing images: Tensor, at placeholder: Int?
  ) throws(PromptError) -> Tensor {
    let N = images.dim(1)
    guard images.shape.count == 3, images.dim(0) == ids.count else {
      fatalError("prompts: image vectors \(images.shape) for \(ids.count) prompts")
    }
    let vocabulary = embedding.weight.dim(0)
    if let id = ids.joined().first(where: { !(0..<vocabulary ~= $0) && $0 != placeholder }) {
      throw PromptError.unknownToken(id, vocabulary: vocabulary)
    }
    let room = maximumTokens - (placeholder == nil ? N : 0)
    if let T = ids.first?.count, T > room { throw PromptError.tooLong(tokens: T, limit: room) }
    guard let placeholder else {
      return .concatenated([images, embed(ids)], axis: 1)  // [B, N, D], [B, T, D] → [B, N + T, D]
    }
    for row in ids {
      let found = row.count { $0 == placeholder }
      guard found == N else { throw PromptError.imagePlaces(found: found, needed: N) }
    }
    // A placeholder's own vector is never read; some models have none for it.
    let words = embed(ids.map { $0.map { $0 == placeholder ? 0 : $0 } })  // → [B, T, D]
    let D = words.dim(2)
    let table = Tensor.concatenated([words.reshaped([-1, D]), images.reshaped([-1, D])], axis: 0)
    var next = words.dim(0) * words.dim(1)  // the patches stand in the table after all words
    var order: [Int] = []
    for (place, id) in ids.joined().enumerated() {
      order.append(id == placeholder ? next : place)
      if id == placeholder { next += 1 }
    }
    return table.rows(at: order)  // [B·T + B·N, D] → [B·T, D]
      .reshaped(words.shape)  // [B·T, D] → [B, T, D]
  }
}

/// A prompt that does not fit its model.
public enum PromptError: Error, Equatable, CustomStringConvertible {
  case imagePlaces(found: Int, needed: Int)
  case tooLong(tokens: Int, limit: Int)
  case unknownToken(Int, vocabulary: Int)
  case missingToken(String)

  public var description: String {
    switch self {
    case .imagePlaces(let found, let needed):
      return "the prompt keeps \(found) places for the image, this model fills \(needed):"
        + " write <image> \(needed) times"
    case .tooLong(let tokens, let limit):
      return "the prompt is \(tokens) tokens, this model reads \(limit): shorten it"
    case .unknownToken(let id, let vocabulary):
      return "the prompt has token \(id), this model knows \(vocabulary): take its own tokenizer"
    case .missingToken(let token):
      return "the tokenizer has no token \"\(token)\", which the prompt needs: take the model's own"
    }
  }
}
