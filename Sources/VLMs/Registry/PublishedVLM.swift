import Files
import Foundation
import Tensors

/// A network whose checkpoint is one folder: sizes from config.json, weights from safetensors files
/// with names translated by one map.
///
/// Most families differ only in this and in their prompt format; the rest of a ``VLMFamily`` follows.
public protocol PublishedVLM: VisionLanguageModel {
  associatedtype Configuration: PublishedConfiguration
  /// A network with random weights.
  init(_ configuration: Configuration, using random: inout SeededRandom)
  /// The published names of the weights.
  static var weights: WeightMap { get }
}

/// The sizes of a network: nano ones, or those of a config.json.
public protocol PublishedConfiguration {
  /// Nano size.
  init()
  /// The sizes in a config.json.
  /// - Throws: `JSONFileError` with the key of a value with which no network can be built.
  init(_ json: JSONValue) throws
  /// Its language model.
  associatedtype Language: TiedConfiguration
  var language: Language { get set }
}

/// The sizes of a language model whose head may be tied to its token embeddings.
public protocol TiedConfiguration {
  /// Whether the token embeddings score the next token, so that the checkpoint needs no head.
  var isTied: Bool { get set }
}

extension RotaryDecoderConfiguration: TiedConfiguration {}
extension OPTConfiguration: TiedConfiguration {}
extension GPT2Configuration: TiedConfiguration {}

extension PublishedConfiguration {
  /// Whether the language model's head is tied.
  var isTied: Bool {
    get { language.isTied }
    set { language.isTied = newValue }
  }
}

extension PublishedVLM {
  /// Reads the network in `folder`, whose config.json is `config`. Its weights stay in their files.
  /// - Returns: also the names of the tensors that it does not use.
  static func read(
    _ folder: URL, _ config: JSONValue
  ) throws -> (network: Self, unused: [String]) {
    var configuration = try Configuration(config)
    let source = try SafetensorsFolder(url: folder)
    configuration.isTied = weights.isTied(configuration.isTied, in: source)
    var random = SeededRandom(seed: 0)
    let network = uninitialized { Self(configuration, using: &random) }
    let unused = try network.load(source, with: weights, packed: true)
    return (network, unused)
  }
}

extension WeightMap {
  /// Whether the language model's head is tied. A head in the file is used, whatever config.json says:
  /// fine-tuning and merging leave both.
  func isTied(_ stated: Bool, in source: some TensorSource) -> Bool {
    let head = rules.flatMap(\.ours).first { $0.split(separator: ".").last == "head" }
    let keys = head.flatMap { location(of: $0 + ".weight") }?.keys ?? []
    return stated && !keys.contains(where: Set(source.names).contains)
  }
}

extension VLMFamily {
  /// The family of the checkpoints of `Network`.
  /// - Parameters:
  ///   - modelTypes: the `model_type` and `architectures` that it reads.
  ///   - nanoTokens: special tokens of the nano tokenizer, with ids from 256.
  ///   - towers: the number of vision towers, each with its own color normalization.
  ///   - preprocessing: the image preprocessing for folders without a file that says it.
  ///   - nano: adapts the nano sizes to that tokenizer.
  ///   - robotQuestion: turns an instruction into a question.
  ///   - promptIDs: turns a question and an image into the prompt's token ids, with image placeholders.
  public init<Network: PublishedVLM>(
    _: Network.Type, name: String, modelTypes: [String],
    nanoTokens: [String] = ["<image>"], towers: Int = 1,
    preprocessing: (@Sendable (Network) -> ImagePreprocessor)? = nil,
    nano: @escaping @Sendable (inout Network.Configuration, ByteTokenizer) -> Void,
    robotQuestion: @escaping @Sendable (String) -> String = VLM.robotQuestion,
    promptIDs: @escaping @Sendable (String, PreparedImage, Network, any Tokenizer) throws -> [Int]
  ) {
    @Sendable func vlm(
      _ network: Network, _ tokenizer: some Tokenizer, _ preprocessor: ImagePreprocessor,
      isRandom: Bool, stops: Set<Int>
    ) -> VLM {
      VLM(
        family: name, network: network, tokenizer: tokenizer, preprocessor: preprocessor,
        isRandom: isRandom, stops: stops, robotQuestion: robotQuestion,
        makeReading: { question, image in
          let ids = try promptIDs(question, image, network, tokenizer)
          let prompt = try network.prompt(ids, image: image)  // → [1, T, D]
          return (prompt, try network.reader(of: [ids], images: image.pixels))
        })
    }
    self.init(
      name: name, modelTypes: modelTypes,
      load: { folder, configurations in
        let config = configurations[0]
        let (network, unused) = try Network.read(folder, config)
        let made = vlm(
          network, try TextTokenizer(contentsOf: folder),
          try .read(folder: folder, or: preprocessing?(network)),
          isRandom: false, stops: try Self.stops(folder, config))
        made.unusedTensors = unused
        return made
      },
      nano: { random in
        let tokenizer = ByteTokenizer(specials: nanoTokens)
        var configuration = Network.Configuration()
        nano(&configuration, tokenizer)
        let network = Network(configuration, using: &random)
        return vlm(
          network, tokenizer,
          .nano(side: network.imageSize, towers: towers, tiling: network.tiling), isRandom: true,
          stops: [])
      })
  }
}
