import Foundation

/// InstructBLIP's prompt format: the question alone, encoded by two tokenizers.
extension VLMFamily {
  /// InstructBLIP with Vicuna.
  public static let instructBLIP = VLMFamily(
    name: "instructblip", modelTypes: ["instructblip", "InstructBlipForConditionalGeneration"],
    load: { folder, configurations in
      let config = configurations[0]
      let (network, unused) = try InstructBLIP.read(folder, config)
      let queryTokenizer = try TextTokenizer(
        contentsOf: folder.appending(path: "qformer_tokenizer"))
      _ = try queryTokenizer.checkSettings()
      try queryTokenizer.checkIDs(
        in: "qformer_tokenizer/tokenizer.json",
        fit: network.qformer.textEmbedding?.weight.dim(0) ?? 0)
      let made = vlm(
        network, try TextTokenizer(contentsOf: folder), queryTokenizer: queryTokenizer,
        try .read(folder: folder), isRandom: false, stops: try stops(folder, config))
      made.unusedTensors = unused
      return made
    },
    nano: { random in
      var configuration = InstructBLIPConfiguration()
      let tokenizer = ByteTokenizer(specials: ["<image>"])
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.qformer.vocabulary = tokenizer.vocabularySize
      configuration.qformer.maximumTokens = 512
      configuration.qformer.queries = 2  // fewer than the 4 patches, so that they differ
      configuration.imageToken = 256
      let network = InstructBLIP(configuration, using: &random)
      return vlm(
        network, tokenizer, queryTokenizer: tokenizer, .nano(side: network.imageSize),
        isRandom: true, stops: [])
    })

  private static func vlm(
    _ network: InstructBLIP, _ tokenizer: some Tokenizer, queryTokenizer: some Tokenizer,
    _ preprocessor: ImagePreprocessor, isRandom: Bool, stops: Set<Int>
  ) -> VLM {
    VLM(
      family: "instructblip", network: network, tokenizer: tokenizer, preprocessor: preprocessor,
      isRandom: isRandom, stops: stops
    ) { question, image in
      let ids = network.configuration.imagePlaceholders + (try tokenizer.encode(question))
      let instruction = try queryTokenizer.encode(question)
      return try network.prompt(
        [ids], images: image.pixels, instructions: [instruction])  // → [1, T, D]
    }
  }
}
