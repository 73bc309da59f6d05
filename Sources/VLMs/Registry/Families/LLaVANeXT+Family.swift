/// LLaVA-NeXT's prompt format: that of its language model's conversations, the image first.
extension VLMFamily {
  /// LLaVA-NeXT (LLaVA-1.6).
  public static let llavaNeXT = VLMFamily(
    LLaVANeXT.self, name: "llava-1.6",
    modelTypes: ["llava_next", "LlavaNextForConditionalGeneration"],
    nano: { configuration, tokenizer in
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.llava.imageToken = 256
    },
    promptIDs: { question, image, network, tokenizer in
      let configuration = network.configuration
      let placeholder = tokenizer.token(of: configuration.llava.imageToken) ?? "<image>"
      let tokens = String(repeating: placeholder, count: configuration.tokenCount(of: image))
      let dialog = LLaVANeXTDialog(of: configuration.textModel, tokenizer)
      return try tokenizer.encode(dialog.prompt("\(tokens)\n\(question)"))
    })
}
