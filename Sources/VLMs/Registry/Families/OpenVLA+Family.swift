import NanoVLA

/// How OpenVLA is asked: what action to take. Its answer is the action.
extension VLMFamily {
  public static let openVLA = VLMFamily(
    OpenVLA.self, name: "openvla", modelTypes: ["openvla", "OpenVLAForActionPrediction"],
    nanoTokens: ["<s>", "▁"], towers: 2,
    nano: { configuration, tokenizer in
      // The last 32 tokens of its vocabulary mean actions.
      configuration.language.vocabulary = tokenizer.vocabularySize + 32
      configuration.language.maximumTokens = 512
      configuration.actions = ActionTokenizer(
        bins: 32, vocabulary: configuration.language.vocabulary)
    },
    robotQuestion: OpenVLA.question,
    ask: { question, _, tokenizer in try OpenVLA.promptIDs(question: question, tokenizer) })
}
