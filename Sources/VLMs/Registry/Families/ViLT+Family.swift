import Files
import Foundation
import Tensors

/// ViLT's prompt format: the question between `[CLS]` and `[SEP]`, then the image.
extension VLMFamily {
  /// ViLT.
  public static let vilt = VLMFamily(
    name: "vilt",
    modelTypes: [
      "vilt", "ViltModel", "ViltForMaskedLM", "ViltForQuestionAnswering",
      "ViltForImageAndTextRetrieval",
    ],
    load: { folder, configurations in
      let source = try SafetensorsFolder(url: folder)
      let configuration = try ViLTConfiguration(configurations[0])
      var random = SeededRandom(seed: 0)
      let network = uninitialized { ViLT(configuration, using: &random) }
      let unused = try network.load(source, with: ViLT.weights, packed: true)
      let preprocessor = try ImagePreprocessor.read(folder: folder)
      let patch = configuration.encoder.patchSize
      if case .multiples(let divisor, _)? = preprocessor.target, divisor % patch != 0 {
        throw VLMError.wrongPatches([1, divisor, divisor, 3], patch: patch)
      }
      // The tokenizer adds [CLS] and [SEP] itself.
      let tokenizer = try TextTokenizer(contentsOf: folder)
      let made = vlm(network, tokenizer, preprocessor, isRandom: false) { $0 }
      made.unusedTensors = unused
      return made
    },
    nano: { random in
      let tokenizer = ByteTokenizer(specials: ["[CLS]", "[SEP]"])
      var configuration = ViLTConfiguration()
      configuration.vocabulary = tokenizer.vocabularySize
      configuration.maximumTokens = 512
      let network = ViLT(configuration, using: &random)
      return vlm(network, tokenizer, .nano(side: network.imageSize), isRandom: true) {
        "[CLS]\($0)[SEP]"
      }
    })

  /// - Parameter text: what is encoded for a question.
  private static func vlm(
    _ network: ViLT, _ tokenizer: some Tokenizer, _ preprocessor: ImagePreprocessor,
    isRandom: Bool, text: @escaping (String) -> String
  ) -> VLM {
    VLM(
      family: "vilt", network: network, tokenizer: tokenizer, preprocessor: preprocessor,
      isRandom: isRandom
    ) { question, image in
      let ids = try tokenizer.encode(text(question))
      return try network.prompt([ids], images: image.pixels)  // → [1, T + N, D]
    }
  }
}
