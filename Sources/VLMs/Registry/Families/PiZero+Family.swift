/// π0's prompt format, that of PaliGemma; the instruction is the question.
extension VLMFamily {
  /// π0.
  public static let piZero = VLMFamily(
    PiZero.self, name: "pi0", modelTypes: ["pi0", "PI0ForConditionalGeneration"],
    nanoTokens: ["<image>", "<bos>"],
    preprocessing: { network in
      // Published folders have no preprocessor_config.json.
      var usual = ImagePreprocessor.nano(side: network.imageSize)
      usual.filter = .bilinear
      return usual
    },
    nano: { configuration, tokenizer in
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.paligemma.imageToken = 256
    },
    robotQuestion: { $0 },
    promptIDs: { question, _, network, tokenizer in
      try network.configuration.paligemma.promptIDs(question, tokenizer)
    })
}
