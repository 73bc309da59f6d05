import Foundation
import Tensors

/// How InstructBLIP is asked: the question as it is, read twice, by two tokenizers.
extension VLMFamily {
  public static let instructBLIP = VLMFamily(
    name: "instructblip", modelTypes: ["instructblip", "InstructBlipForConditionalGeneration"],
    load: { folder, config in
      let configuration = try InstructBLIPConfiguration(config)
      let network = try filled(from: SafetensorsFolder(url: folder), with: InstructBLIP.weights) {
        InstructBLIP(configuration, using: &$0)
      }
      return VLM(
        network, tokenizer: try TextTokenizer(contentsOf: folder),
        queryTokenizer: try TextTokenizer(
          contentsOf: folder.appending(path: "qformer_tokenizer")),
        preprocessor: try .read(folder: folder), isRandom: false,
        stops: try stops(folder, config))
    },
    nano: { random in
      var configuration = InstructBLIPConfiguration()
      let tokenizer = ByteTokenizer(specials: ["<image>"])
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.qformer.vocabulary = tokenizer.vocabularySize
      configuration.qformer.maximumWords = 512
      configuration.imageToken = 256
      return VLM(
        InstructBLIP(configuration, using: &random), tokenizer: tokenizer,
        queryTokenizer: tokenizer, preprocessor: .nano(side: configuration.vision.imageSize),
        isRandom: true, stops: [])
    })
}

extension VLM {
  fileprivate convenience init(
    _ network: InstructBLIP, tokenizer: some Tokenizer, queryTokenizer: some Tokenizer,
    preprocessor: ImagePreprocessor, isRandom: Bool, stops: Set<Int>
  ) {
    self.init(
      family: "instructblip", network: network, tokenizer: tokenizer, preprocessor: preprocessor,
      isRandom: isRandom, stops: stops
    ) { question, image in
      let places = network.configuration.imageToken.map {
        Array(repeating: $0, count: network.configuration.imageTokenCount)
      }
      let ids = (places ?? []) + tokenizer.encode(question)
      let instruction = queryTokenizer.encode(question)
      return try network.prompt([ids], images: image, instructions: [instruction])  // → [1, T, D]
    }
  }
}
