import Files
import Foundation

extension RLConfiguration {
  /// Reads a JSON file and checks it.
  /// - Throws: ``JSONFileError`` or ``RLConfigurationError``.
  public init(contentsOf file: URL) throws {
    self = try .load(from: file)
    try check()
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func set<Value: Decodable>(_ value: inout Value, _ key: CodingKeys) throws {
      if let found = try values.decodeIfPresent(Value.self, forKey: key) { value = found }
    }
    let dataset = try values.decodeIfPresent(String.self, forKey: .dataset)
    self.init(dataset: dataset ?? RLConfiguration().dataset)
    sftModelPath = try values.decodeIfPresent(String.self, forKey: .sftModelPath)
    try set(&experimentName, .experimentName)
    try set(&totalEpochs, .totalEpochs)
    try set(&numGPUs, .numGPUs)
    try set(&groups, .groups)
    try set(&groupSize, .groupSize)
    try set(&temperature, .temperature)
    try set(&learningRate, .learningRate)
    try set(&minibatchSize, .minibatchSize)
    try set(&gradientClip, .gradientClip)
    try set(&clipLow, .clipLow)
    try set(&clipHigh, .clipHigh)
    try set(&evaluateEvery, .evaluateEvery)
    try set(&evaluationEpisodes, .evaluationEpisodes)
    try set(&saveEvery, .saveEvery)
    try set(&seed, .seed)
  }
}

/// What can be wrong with the settings of a run.
public enum RLConfigurationError: Error, Equatable, CustomStringConvertible {
  case needsSimulator(String, known: [String])
  case unknownDataset(String, known: [String])
  case noGPU(Int)
  case outOfRange(String, String, expected: String)
  /// A head that answers with numbers has no probabilities to raise.
  case notTokens(String)

  public var description: String {
    switch self {
    case .needsSimulator(let dataset, let known):
      return "dataset \"\(dataset)\" needs LIBERO's simulator, and there is no bridge to it: one "
        + "would start its Python process (robosuite, MuJoCo), set an initial state, send camera "
        + "images and take actions; use \(known.joined(separator: ", "))"
    case .unknownDataset(let dataset, let known):
      return "unknown dataset \"\(dataset)\"; there are \(known.joined(separator: ", "))"
    case .noGPU(let count):
      return "numGPUs is \(count), but training runs on the processor: set it to 0, and "
        + "NANOVLA_THREADS to the number of cores to use"
    case .outOfRange(let name, let value, let expected):
      return "\(name) is \(value), but must be \(expected)"
    case .notTokens(let head):
      return "a \(head) gives no probabilities to learn from: clone the policy with a token head, "
        + "head: .tokens(bins: 32)"
    }
  }
}
