import NanoVLA

/// OpenVLA's prompt format: a question for the action to take; the answer is the action.
extension VLMFamily {
  /// OpenVLA.
  public static let openVLA = VLMFamily(
    OpenVLA.self, name: "openvla", modelTypes: ["openvla", "OpenVLAForActionPrediction"],
    nanoTokens: ["<s>", "▁"], towers: 2,
    nano: { configuration, tokenizer in
      // The last 32 tokens of the vocabulary are action tokens.
      configuration.language.vocabulary = tokenizer.vocabularySize + 32
      configuration.language.maximumTokens = 512
      configuration.actions = ActionTokenizer(
        bins: 32, vocabulary: configuration.language.vocabulary)
    },
    robotQuestion: OpenVLA.question,
    promptIDs: { question, _, _, tokenizer in
      try OpenVLA.promptIDs(question: question, tokenizer)
    })
}
