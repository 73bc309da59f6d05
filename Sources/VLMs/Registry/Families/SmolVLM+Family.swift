/// SmolVLM's prompt format: a user's turn in a conversation, the tiles first, each with its place.
extension VLMFamily {
  /// SmolVLM.
  public static let smolVLM = VLMFamily(
    SmolVLM.self, name: "smolvlm",
    modelTypes: [
      "smolvlm", "SmolVLMForConditionalGeneration", "idefics3", "Idefics3ForConditionalGeneration",
    ],
    nanoTokens: [
      "<image>", "<fake_token_around_image>", "<global-img>", "<|im_start|>", "<end_of_utterance>",
    ],
    nano: { configuration, tokenizer in
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.imageToken = 256
    },
    promptIDs: { question, image, network, tokenizer in
      let pictures = network.configuration.text(of: image, tokenizer)
      return try tokenizer.encode(
        "<|im_start|>User:\(pictures)\(question)<end_of_utterance>\nAssistant:")
    })
}

extension SmolVLMConfiguration {
  /// The placeholders of an image and its tiles, between tokens of text.
  fileprivate func text(of image: PreparedImage, _ tokenizer: any Tokenizer) -> String {
    let placeholder = tokenizer.token(of: imageToken) ?? "<image>"
    let tokens = String(repeating: placeholder, count: imageTokenCount)
    let end = "<fake_token_around_image>"
    let whole = "\(end)<global-img>\(tokens)\(end)"
    guard let grid = image.grid else { return whole }
    let rows = (1...grid.height).map { row in
      (1...grid.width).map { "\(end)<row_\(row)_col_\($0)>\(tokens)" }.joined() + "\n"
    }
    return rows.joined() + "\n" + whole
  }
}
