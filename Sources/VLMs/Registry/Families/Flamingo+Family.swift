/// Flamingo's prompt format, that of Idefics: a user's turn in a conversation, the image first.
extension VLMFamily {
  /// Flamingo, as published in Idefics.
  public static let flamingo = VLMFamily(
    Flamingo.self, name: "flamingo", modelTypes: ["idefics", "IdeficsForVisionText2Text"],
    nanoTokens: ["<s>", "<fake_token_around_image>", "<image>"],
    nano: { configuration, tokenizer in
      // "<image>" is the last of two tokens beyond the language model's own.
      configuration.language.vocabulary = tokenizer.vocabularySize - configuration.addedTokens
      configuration.language.maximumTokens = 512
      configuration.imageToken = tokenizer.vocabularySize - 1
    },
    promptIDs: { question, _, network, tokenizer in
      let border = "<fake_token_around_image>"
      let image = tokenizer.token(of: network.configuration.imageToken) ?? "<image>"
      // A token of the checkpoints that were tuned to follow instructions.
      let turn = "<end_of_utterance>"
      let end = tokenizer.id(of: turn) == nil ? "" : turn
      return try tokenizer.encode(
        "<s>User:\(border)\(image)\(border)\(question)\(end)\nAssistant:",
        addingSpecialTokens: false)
    })
}
