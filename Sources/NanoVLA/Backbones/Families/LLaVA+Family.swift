import Foundation
import Tensors

/// How LLaVA-1.5 is asked: as a user in a conversation, the image first.
extension VLMFamily {
  public static let llava = VLMFamily(
    name: "llava", modelTypes: ["llava", "LlavaForConditionalGeneration"],
    load: { folder, config in
      let configuration = try LLaVAConfiguration(config)
      let network = try filled(from: SafetensorsFolder(url: folder), with: LLaVA.weights) {
        LLaVA(configuration, using: &$0)
      }
      return VLM(
        network, tokenizer: try TextTokenizer(contentsOf: folder),
        preprocessor: try .read(folder: folder), isRandom: false,
        stops: try stops(folder, config))
    },
    nano: { random in
      var configuration = LLaVAConfiguration()
      let tokenizer = ByteTokenizer(specials: ["<image>"])
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.imageToken = 256
      return VLM(
        LLaVA(configuration, using: &random), tokenizer: tokenizer,
        preprocessor: .nano(side: configuration.vision.imageSize), isRandom: true, stops: [])
    })
}

extension VLM {
  fileprivate convenience init(
    _ network: LLaVA, tokenizer: some Tokenizer, preprocessor: ImagePreprocessor, isRandom: Bool,
    stops: Set<Int>
  ) {
    self.init(
      family: "llava", network: network, tokenizer: tokenizer, preprocessor: preprocessor,
      isRandom: isRandom, stops: stops
    ) { question, image in
      // Written once for every patch, before the text is cut into tokens.
      let place = tokenizer.token(of: network.configuration.imageToken) ?? "<image>"
      let places = String(repeating: place, count: network.configuration.imageTokenCount)
      let ids = tokenizer.encode("USER: \(places)\n\(question) ASSISTANT:")
      return try network.prompt([ids], images: image)  // → [1, T, D]
    }
  }
}
