/// FastVLM's prompt format: a user's turn in a conversation as Qwen2 has them, the image first.
extension VLMFamily {
  /// FastVLM.
  public static let fastVLM = VLMFamily(
    FastVLM.self, name: "fastvlm", modelTypes: ["fast_vlm", "FastVlmForConditionalGeneration"],
    nanoTokens: ["<|im_start|>", "<|im_end|>", "<image>"],
    nano: { configuration, tokenizer in
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.imageToken = 258
    },
    promptIDs: { question, image, network, tokenizer in
      // One placeholder per image token, before the text is tokenized.
      let placeholder = tokenizer.token(of: network.configuration.imageToken) ?? "<image>"
      let count = network.tokenCount(of: image.pixels)
      let image = String(repeating: placeholder, count: count)
      return try tokenizer.encode(
        "<|im_start|>user\n\(image)\n\(question)<|im_end|>\n<|im_start|>assistant\n")
    })
}
