/// How large things may be that a file or a caller asks for.
///
/// A file of a few bytes can claim sizes that would fill the memory. All limits stand in this one
/// table, far above what published models and our own need.
public enum Limits {
  // Files, in bytes.
  /// A JSON file; published tokenizer.json files have up to 34 MB.
  public static let jsonBytes = 64 << 20
  /// A header of a safetensors file, as in the reference implementation.
  public static let safetensorsHeaderBytes = 100_000_000
  /// An index of shards; the longest published ones have 10 MB.
  public static let safetensorsIndexBytes = 100_000_000

  /// A PNG file.
  public static let pngBytes = 256 << 20
  /// A dataset's demonstrations.jsonl, and one of its lines.
  public static let datasetBytes = 512 << 20, datasetLineBytes = 1 << 20

  // What is held in memory.
  /// The pixels of an image.
  public static let imagePixels = 64_000_000
  /// A dataset: its episodes, the steps of each, and the bytes of all frames.
  public static let episodes = 100_000, episodeSteps = 1_000, datasetPixelBytes = 2 << 30
  /// A robot's dataset: the steps of an episode, the bytes of a line of its text, and the numbers of its
  /// state in one step.
  public static let robotEpisodeSteps = 20_000, robotLineBytes = 16 << 20, stateNumbers = 512
  /// The numbers of one list, table or layer that a model's configuration asks for.
  public static let modelValues = 1 << 28
  /// The attention scores of one layer, over all heads.
  public static let attentionScores = 1 << 29

  // JSON.
  /// Levels of objects and arrays; model files have up to 8.
  public static let jsonDepth = 64
  /// Values of one file; a tokenizer with 256,000 tokens and 580,000 merges has about 2 million.
  public static let jsonValues = 4_000_000
  /// Axes of a tensor in a safetensors file; NumPy's limit too.
  public static let axes = 64

  // Sizes of the toy VLM and of policies, which have no weights beside them when they are built.
  /// The side of an image, in pixels.
  public static let imageSize = 1...4096
  /// The side of a patch, in pixels.
  public static let patchSize = 1...64
  /// Patches along one side of an image.
  public static let patchesPerSide = 1...64
  /// The width D of a token.
  public static let width = 1...512
  /// The hidden width of an MLP, as a multiple of D.
  public static let mlpRatio = 1...8
  /// The sizes in a part's configuration, by the names of its settings: B, Q, blocks, attention heads.
  static let settings = [
    "bins": 2...1024, "queries": 1...1024, "depth": 1...64, "heads": 1...64, "ratio": mlpRatio,
  ]
  /// Any other whole number in a part's configuration; products of two of them do not overflow.
  public static let partSize = -(1 << 24)...(1 << 24)
  /// Words of an instruction.
  public static let words = 1...512
  /// Entries of the toy VLM's vocabulary.
  public static let vocabulary = 1...10_000
  /// K, the actions of a chunk.
  public static let chunk = 1...64
  /// H, the observations in a policy's window.
  public static let history = 1...16
  /// A, the numbers of an action.
  public static let actionDimensions = 1...64
  /// Steps of a training.
  public static let trainingSteps = 1...1_000_000
}
