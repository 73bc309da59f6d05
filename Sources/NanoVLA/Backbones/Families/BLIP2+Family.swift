import Foundation
import Tensors

/// How BLIP-2 is asked: the image's words, then a question and the beginning of its answer.
extension VLMFamily {
  public static let blip2 = VLMFamily(
    name: "blip-2", modelTypes: ["blip-2", "Blip2ForConditionalGeneration"],
    load: { folder, config in
      let configuration = try BLIP2Configuration(config)
      let network = try filled(from: SafetensorsFolder(url: folder), with: BLIP2.weights) {
        BLIP2(configuration, using: &$0)
      }
      return VLM(
        network, tokenizer: try TextTokenizer(contentsOf: folder),
        preprocessor: try .read(folder: folder), isRandom: false,
        stops: try stops(folder, config))
    },
    nano: { random in
      var configuration = BLIP2Configuration()
      let tokenizer = ByteTokenizer(specials: ["<image>"])
      configuration.language.vocabulary = tokenizer.vocabularySize
      configuration.language.maximumTokens = 512
      configuration.imageToken = 256
      return VLM(
        BLIP2(configuration, using: &random), tokenizer: tokenizer,
        preprocessor: .nano(side: configuration.vision.imageSize), isRandom: true, stops: [])
    })
}

extension VLM {
  fileprivate convenience init(
    _ network: BLIP2, tokenizer: some Tokenizer, preprocessor: ImagePreprocessor, isRandom: Bool,
    stops: Set<Int>
  ) {
    self.init(
      family: "blip-2", network: network, tokenizer: tokenizer, preprocessor: preprocessor,
      isRandom: isRandom, stops: stops
    ) { question, image in
      let places = network.configuration.imageToken.map {
        Array(repeating: $0, count: network.configuration.imageTokenCount)
      }
      // The image's places stand before the token that begins a text.
      let ids = (places ?? []) + tokenizer.encode("Question: \(question) Answer:")
      return try network.prompt([ids], images: image)  // → [1, T, D]
    }
  }
}
