import Images
import NanoVLA
import Tensors

/// Prompts and answers. What can be wrong with a question is checked before anything is computed.
extension VLM {
  /// The prompt of an image of any size and a question, [1, T, D].
  /// - Throws: ``PromptError``, ``ImagePreprocessorError`` or ``VLMError``.
  public func prompt(_ image: RGBImage, _ question: String) throws -> Tensor {
    try reading(image, question).prompt
  }

  /// The prompt of an image and a question, and the language model that reads it: one that attends to the
  /// image beside the prompt, if the family has no image tokens in it (Flamingo).
  /// - Throws: as ``prompt(_:_:)``.
  public func reading(_ image: RGBImage, _ question: String) throws -> Reading {
    try check(question)
    let (prompt, reader) = try makeReading(question, prepare(image))
    prompt.traced("prompt", "what the language model reads, in one sequence")
    return (prompt, reader)
  }

  /// The network's input for an image.
  /// - Throws: ``ImagePreprocessorError``, or ``VLMError`` if preprocessor_config.json is for another
  ///   network.
  func prepare(_ image: RGBImage) throws -> PreparedImage {
    let prepared = try preprocessor.prepare(image)
    if let problem = network.problem(withImages: prepared.pixels.shape) { throw problem }
    return prepared
  }

  /// Refuses a question that contains the placeholder for an image.
  private func check(_ question: String) throws {
    guard let image = network.imageToken,
      try tokenizer.encode(question, addingSpecialTokens: false).contains(image)
    else { return }
    throw PromptError.placeholder(tokenizer.token(of: image) ?? "<image>")
  }

  /// Compares what one file of the folder says about another: image channels, tiles, token ids, and the
  /// placeholder.
  /// - Throws: ``VLMError``
  func checkParts() throws(VLMError) {
    let channels = 3 * preprocessor.normalizations.count
    guard channels == network.imageChannels else {
      throw .wrongChannels(channels, needed: network.imageChannels)
    }
    guard preprocessor.tiling == network.tiling else { throw .wrongTiling }
    if preprocessor.splitting != nil, !(network is SmolVLM) { throw .wrongTiling }
    let name = "<image>"
    if let image = network.imageToken, let found = tokenizer.id(of: name), found != image {
      throw .imageToken(image, name: name, found: found)
    }
    try tokenizer.checkIDs(
      in: "tokenizer.json", fit: network.language.vocabulary,
      besides: network.imageToken)  // which has no embedding in some models
  }

  /// Answers a question about an image by greedy generation, or an encoder by ``classified(_:_:)``.
  /// - Parameters:
  ///   - tokens: the maximum length of the answer.
  ///   - each: called with every piece of text as soon as it is final.
  ///   - whenFull: called with the longest text in tokens that the model reads, prompt and answer
  ///     together, if the answer ends only because it is that long.
  /// - Throws: as ``prompt(_:_:)``, or ``TokenizerError``; ``VLMError`` for a family that generates no text; `PolicyError` if the model's numbers are not finite.
  public func answer(
    _ image: RGBImage, _ question: String, tokens: Int, each: (String) -> Void = { _ in },
    whenFull: (Int) -> Void = { _ in }
  ) throws -> String {
    guard network.language.isCausal else {
      let answer = try classified(image, question)
      each(answer)
      return answer
    }
    var stream = tokenizer.makeStream()
    var text = ""
    func append(_ piece: String) {
      text += piece
      if !piece.isEmpty { each(piece) }
    }
    var problem: TokenizerError?
    let context = network.language.maximumTokens
    var (isFull, isFinite) = (false, true)
    let (_, tensor) = try ShapeTrace.firstNonFinite {
      let (prompt, reader) = try withoutGradient { try reading(image, question) }
      let made = Generation(reader, stops: stops)(after: prompt, count: tokens) { step in
        isFinite = step.logits.values.allSatisfy(\.isFinite)
        guard isFinite else { return false }
        do throws(TokenizerError) { append(try stream.next(step.token)) } catch { problem = error }
        return problem == nil
      }
      isFull = made.count < tokens && prompt.dim(1) + made.count > context
    }
    if let tensor = tensor ?? (isFinite ? nil : "\"logits\"") {
      throw PolicyError.notFinite(tensor)
    }
    if let problem { throw problem }
    append(try stream.finish())
    if isFull { whenFull(context) }
    return text
  }
}

extension Tokenizer {
  /// Compares this tokenizer, whose file is called `file`, with a table of `rows` embeddings.
  /// - Parameter known: an id that needs no row.
  /// - Throws: ``VLMError/tokenBeyondTable(_:name:file:rows:)``
  func checkIDs(in file: String, fit rows: Int, besides known: Int? = nil) throws(VLMError) {
    guard let id = ids(from: rows).first(where: { $0 != known }) else { return }
    throw .tokenBeyondTable(id, name: token(of: id) ?? "", file: file, rows: rows)
  }
}
