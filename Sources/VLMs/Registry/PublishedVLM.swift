import Files
import Foundation
import Tensors

/// A network whose checkpoints are one folder: sizes from its config.json, weights from its safetensors
/// under names that one map translates.
///
/// This is all that most families differ in, beside how they write a question down; the rest of a
/// ``VLMFamily`` follows from it.
public protocol PublishedVLM: VisionLanguageModel {
  associatedtype Configuration: PublishedConfiguration
  init(_ configuration: Configuration, using random: inout SeededRandom)
  /// Where a checkpoint holds the weights.
  static var weights: WeightMap { get }
}

/// The sizes of a network: nano ones, or as a config.json says.
public protocol PublishedConfiguration {
  /// Nano.
  init()
  /// - Throws: a `JSONFileError` with the key of what no network can be built with.
  init(_ json: JSONValue) throws
}

extension PublishedVLM {
  /// The network in `folder`, whose config.json is `config`. Its weights stay in their files.
  static func read(_ folder: URL, _ config: JSONValue) throws -> Self {
    let configuration = try Configuration(config)
    let source = try SafetensorsFolder(url: folder)
    var random = SeededRandom(seed: 0)
    let network = uninitialized { Self(configuration, using: &random) }
    try network.load(source, with: weights, packed: true)
    return network
  }
}

extension VLMFamily {
  /// The family of the checkpoints that `Network` reads.
  ///
  /// - Parameters:
  ///   - nanoTokens: what the nano one's tokenizer knows beside bytes; they have the numbers from 256.
  ///   - towers: how many vision towers see the picture, each with colours normalised in its own way.
  ///   - nano: fits the nano sizes to that tokenizer.
  ///   - robotQuestion: how an instruction is put as a question.
  ///   - ask: how a question is written down, the image's places included: the prompt's tokens.
  public init<Network: PublishedVLM>(
    _: Network.Type, name: String, modelTypes: [String],
    nanoTokens: [String] = ["<image>"], towers: Int = 1,
    nano: @escaping @Sendable (inout Network.Configuration, ByteTokenizer) -> Void,
    robotQuestion: @escaping @Sendable (String) -> String = VLM.robotQuestion,
    ask: @escaping @Sendable (String, Network, any Tokenizer) throws -> [Int]
  ) {
    @Sendable func vlm(
      _ network: Network, _ tokenizer: some Tokenizer, _ preprocessor: ImagePreprocessor,
      isRandom: Bool, stops: Set<Int>
    ) -> VLM {
      VLM(
        family: name, network: network, tokenizer: tokenizer, preprocessor: preprocessor,
        isRandom: isRandom, stops: stops, robotQuestion: robotQuestion
      ) { question, image in
        try network.prompt([ask(question, network, tokenizer)], images: image)  // → [1, T, D]
      }
    }
    self.init(
      name: name, modelTypes: modelTypes,
      load: { folder, config in
        vlm(
          try Network.read(folder, config), try TextTokenizer(contentsOf: folder),
          try .read(folder: folder), isRandom: false, stops: try Self.stops(folder, config))
      },
      nano: { random in
        let tokenizer = ByteTokenizer(specials: nanoTokens)
        var configuration = Network.Configuration()
        nano(&configuration, tokenizer)
        let network = Network(configuration, using: &random)
        return vlm(
          network, tokenizer, .nano(side: network.imageSize, towers: towers), isRandom: true,
          stops: [])
      })
  }
}
