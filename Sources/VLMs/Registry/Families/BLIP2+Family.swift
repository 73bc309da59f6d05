/// BLIP-2's prompt format: the image tokens, then a question and the beginning of its answer.
extension VLMFamily {
  /// BLIP-2 with OPT.
  public static let blip2 = VLMFamily(
    BLIP2.self, name: "blip-2", modelTypes: ["blip-2", "Blip2ForConditionalGeneration"],
    nano: { configuration, tokenizer in
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.imageToken = 256
      configuration.qformer.queries = 2  // fewer than the 4 patches, so that they differ
    },
    promptIDs: { question, _, network, tokenizer in
      // The image tokens come before the token that begins a text.
      network.configuration.imagePlaceholders
        + (try tokenizer.encode("Question: \(question) Answer:"))
    })
}
