/// How BLIP-2 is asked: the image's words, then a question and the beginning of its answer.
extension VLMFamily {
  public static let blip2 = VLMFamily(
    BLIP2.self, name: "blip-2", modelTypes: ["blip-2", "Blip2ForConditionalGeneration"],
    nano: { configuration, tokenizer in
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.imageToken = 256
    },
    ask: { question, network, tokenizer in
      // The image's places stand before the token that begins a text.
      network.configuration.imagePlaces + tokenizer.encode("Question: \(question) Answer:")
    })
}
