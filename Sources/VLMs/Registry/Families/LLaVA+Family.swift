/// How LLaVA-1.5 is asked: as a user in a conversation, the image first.
extension VLMFamily {
  public static let llava = VLMFamily(
    LLaVA.self, name: "llava", modelTypes: ["llava", "LlavaForConditionalGeneration"],
    nano: { configuration, tokenizer in
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.imageToken = 256
    },
    ask: { question, network, tokenizer in
      // Written once for every patch, before the text is cut into tokens.
      let place = tokenizer.token(of: network.configuration.imageToken) ?? "<image>"
      let places = String(repeating: place, count: network.configuration.imageTokenCount)
      return tokenizer.encode("USER: \(places)\n\(question) ASSISTANT:")
    })
}
