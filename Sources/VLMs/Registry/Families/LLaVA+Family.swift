/// LLaVA-1.5's prompt format: a user's turn in a conversation, the image first.
extension VLMFamily {
  /// LLaVA-1.5.
  public static let llava = VLMFamily(
    LLaVA.self, name: "llava", modelTypes: ["llava", "LlavaForConditionalGeneration"],
    nano: { configuration, tokenizer in
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.imageToken = 256
    },
    promptIDs: { question, _, network, tokenizer in
      // One placeholder per patch, before the text is tokenized.
      let placeholder = tokenizer.token(of: network.configuration.imageToken) ?? "<image>"
      let image = String(repeating: placeholder, count: network.configuration.imageTokenCount)
      return try tokenizer.encode("USER: \(image)\n\(question) ASSISTANT:")
    })
}
