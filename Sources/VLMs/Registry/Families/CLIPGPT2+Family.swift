import Files
import Foundation
import Tensors

/// CLIP + GPT-2's prompt format: the image, then a text to continue. Its folder contains two published
/// checkpoints and the projector between them.
extension VLMFamily {
  /// CLIP + GPT-2.
  public static let clipGPT2 = VLMFamily(
    name: "clip+gpt2",
    modelTypes: [
      "clip", "CLIPModel", "clip_vision_model", "CLIPVisionModel", "gpt2", "GPT2LMHeadModel",
    ],
    parts: CLIPGPT2.parts,
    load: { folder, configurations in
      let visionFolder = folder.appending(path: CLIPGPT2.visionFolder)
      let languageFolder = folder.appending(path: CLIPGPT2.languageFolder)
      let vision = configurations[0]
      // A folder of one of the two alone is refused by the file that it lacks.
      let language =
        try configurations.dropFirst().first
        ?? JSONFile.read(languageFolder.appending(path: "config.json"))
      let (seen, read) = (
        try SafetensorsFolder(url: visionFolder), try SafetensorsFolder(url: languageFolder)
      )
      var configuration = CLIPGPT2Configuration()
      let tower = try vision["model_type"].choice(
        ["clip_vision_model": vision, "clip": vision["vision_config"]],
        default: "clip_vision_model")
      configuration.vision = try VisionTransformerConfiguration(clip: tower)
      configuration.language = try GPT2Configuration(language)
      configuration.language.isTied = CLIPGPT2.languageWeights.isTied(
        configuration.language.isTied, in: read)
      let (gpt2, patches) = (configuration.language, configuration.vision.patchCount)
      try vision["image_size"].mustKeep(tokens: patches, heads: gpt2.heads, widest: gpt2.hidden)
      var random = SeededRandom(seed: 0)
      let network = uninitialized { CLIPGPT2(configuration, using: &random) }
      let projector = try SafetensorsFile(
        url: folder.appending(path: CLIPGPT2.projectorFile))
      let unused = [
        try network.vision.load(seen, with: CLIPGPT2.visionWeights, packed: true),
        try network.language.load(read, with: CLIPGPT2.languageWeights, packed: true),
        try network.projector.load(projector, with: CLIPGPT2.projectorWeights, packed: true),
      ]
      let made = vlm(
        network, try TextTokenizer(contentsOf: languageFolder),
        try .read(folder: visionFolder), isRandom: false,
        stops: try stops(languageFolder, language))
      made.unusedTensors = zip(CLIPGPT2.parts, unused).flatMap { part, names in
        names.map { "\(part): \($0)" }
      }
      return made
    },
    nano: { random in
      var configuration = CLIPGPT2Configuration()
      configuration.language.vocabulary = ByteTokenizer().vocabularySize
      configuration.language.maximumTokens = 512
      let network = CLIPGPT2(configuration, using: &random)
      return vlm(
        network, ByteTokenizer(), .nano(side: network.imageSize), isRandom: true, stops: [])
    })

  private static func vlm(
    _ network: CLIPGPT2, _ tokenizer: some Tokenizer, _ preprocessor: ImagePreprocessor,
    isRandom: Bool, stops: Set<Int>
  ) -> VLM {
    VLM(
      family: "clip+gpt2", network: network, tokenizer: tokenizer, preprocessor: preprocessor,
      isRandom: isRandom, stops: stops,
      robotQuestion: { "The robot should \($0)" }
    ) { question, image in
      try network.prompt(tokenizer.encode(question), image: image)  // → [1, P + T, D]
    }
  }
}

extension CLIPGPT2 {
  static let visionFolder = "clip_vision"
  static let languageFolder = "gpt2"
  static let projectorFile = "projector.safetensors"
  static let parts = [visionFolder, languageFolder, projectorFile]
}
