/// PaliGemma's prompt format: the image, the token that begins a text, and a line.
extension VLMFamily {
  /// PaliGemma.
  public static let paliGemma = VLMFamily(
    PaliGemma.self, name: "paligemma",
    modelTypes: ["paligemma", "PaliGemmaForConditionalGeneration"],
    nanoTokens: ["<image>", "<bos>"],
    nano: { configuration, tokenizer in
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.imageToken = 256
    },
    promptIDs: { question, _, network, tokenizer in
      try network.configuration.promptIDs(question, tokenizer)
    })
}

extension PaliGemmaConfiguration {
  /// The token ids of an image's placeholders and a question.
  /// - Throws: ``PromptError`` if the tokenizer has no `<bos>`, or ``TokenizerError``.
  func promptIDs(_ question: String, _ tokenizer: any Tokenizer) throws -> [Int] {
    guard tokenizer.id(of: "<bos>") != nil else { throw PromptError.missingToken("<bos>") }
    let placeholder = tokenizer.token(of: imageToken) ?? "<image>"
    let image = String(repeating: placeholder, count: vision.patchCount)
    return try tokenizer.encode("\(image)<bos>\(question)\n", addingSpecialTokens: false)
  }
}
