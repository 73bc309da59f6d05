import Foundation
import Tensors

/// How OpenVLA is asked: what action to take. Its answer is the action.
extension VLMFamily {
  public static let openVLA = VLMFamily(
    name: "openvla", modelTypes: ["openvla", "OpenVLAForActionPrediction"],
    load: { folder, config in
      let configuration = try OpenVLAConfiguration(config)
      let network = try filled(from: SafetensorsFolder(url: folder), with: OpenVLA.weights) {
        OpenVLA(configuration, using: &$0)
      }
      return VLM(
        network, tokenizer: try TextTokenizer(contentsOf: folder),
        preprocessor: try .read(folder: folder), isRandom: false,
        stops: try stops(folder, config))
    },
    nano: { random in
      var configuration = OpenVLAConfiguration()
      let tokenizer = ByteTokenizer(specials: ["<s>", "▁"])
      // The last 32 tokens of its vocabulary mean actions.
      configuration.language.vocabulary = tokenizer.vocabularySize + 32
      configuration.language.maximumTokens = 512
      configuration.actions = ActionTokenizer(
        bins: 32, vocabulary: configuration.language.vocabulary)
      return VLM(
        OpenVLA(configuration, using: &random), tokenizer: tokenizer,
        preprocessor: .nano(side: configuration.geometry.imageSize, towers: 2), isRandom: true,
        stops: [])
    })
}

extension VLM {
  fileprivate convenience init(
    _ network: OpenVLA, tokenizer: some Tokenizer, preprocessor: ImagePreprocessor,
    isRandom: Bool, stops: Set<Int>
  ) {
    self.init(
      family: "openvla", network: network, tokenizer: tokenizer, preprocessor: preprocessor,
      isRandom: isRandom, stops: stops, robotQuestion: OpenVLA.question
    ) { question, image in
      let ids = try OpenVLA.promptIDs(question: question, tokenizer)
      return try network.prompt([ids], images: image)  // → [1, T + P, D]
    }
  }
}
