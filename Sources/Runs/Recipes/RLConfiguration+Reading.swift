import Files
import Foundation
import NanoVLA

/// As JSON all keys stand side by side. What is left out has the default of the dataset.
extension RLConfiguration: Codable {
  private enum Key: String, CodingKey {
    case sftModelPath, experimentName, dataset, totalEpochs, numGPUs, groups, groupSize
    case temperature, learningRate, minibatchSize, gradientClip, clipLow, clipHigh
    case evaluateEvery, evaluationEpisodes, saveEvery, seed, maximumSteps, rendering, taskText
  }

  /// Reads a JSON file and checks it.
  /// - Throws: ``JSONFileError`` or ``RLConfigurationError``.
  public init(contentsOf file: URL) throws {
    self = try .load(from: file)
    try check()
  }

  /// Reads the keys that are there; the others have the defaults of the dataset.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let dataset = try values.decodeIfPresent(String.self, forKey: .dataset)
    self.init(dataset: dataset ?? RLConfiguration().dataset)
    sftModelPath = try values.decodeIfPresent(String.self, forKey: .sftModelPath)
    func set<Value: Decodable>(_ path: WritableKeyPath<Self, Value>, _ key: Key) throws {
      if let found = try values.decodeIfPresent(Value.self, forKey: key) {
        self[keyPath: path] = found
      }
    }
    try set(\.experimentName, .experimentName)
    try set(\.numGPUs, .numGPUs)
    try set(\.saveEvery, .saveEvery)
    try set(\.settings.iterations, .totalEpochs)
    try set(\.settings.groups, .groups)
    try set(\.settings.groupSize, .groupSize)
    try set(\.settings.temperature, .temperature)
    try set(\.settings.learningRate, .learningRate)
    try set(\.settings.minibatchSize, .minibatchSize)
    try set(\.settings.gradientClip, .gradientClip)
    try set(\.settings.clipLow, .clipLow)
    try set(\.settings.clipHigh, .clipHigh)
    try set(\.settings.evaluateEvery, .evaluateEvery)
    try set(\.settings.evaluationEpisodes, .evaluationEpisodes)
    try set(\.settings.seed, .seed)
    try set(\.simulator.maximumSteps, .maximumSteps)
    try set(\.simulator.rendering, .rendering)
    try set(\.simulator.taskText, .taskText)
  }

  /// Writes all keys.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encodeIfPresent(sftModelPath, forKey: .sftModelPath)
    try values.encode(experimentName, forKey: .experimentName)
    try values.encode(dataset, forKey: .dataset)
    try values.encode(numGPUs, forKey: .numGPUs)
    try values.encode(saveEvery, forKey: .saveEvery)
    try values.encode(settings.iterations, forKey: .totalEpochs)
    try values.encode(settings.groups, forKey: .groups)
    try values.encode(settings.groupSize, forKey: .groupSize)
    try values.encode(settings.temperature, forKey: .temperature)
    try values.encode(settings.learningRate, forKey: .learningRate)
    try values.encode(settings.minibatchSize, forKey: .minibatchSize)
    try values.encode(settings.gradientClip, forKey: .gradientClip)
    try values.encode(settings.clipLow, forKey: .clipLow)
    try values.encode(settings.clipHigh, forKey: .clipHigh)
    try values.encode(settings.evaluateEvery, forKey: .evaluateEvery)
    try values.encode(settings.evaluationEpisodes, forKey: .evaluationEpisodes)
    try values.encode(settings.seed, forKey: .seed)
    try values.encodeIfPresent(simulator.maximumSteps, forKey: .maximumSteps)
    try values.encodeIfPresent(simulator.rendering, forKey: .rendering)
    try values.encodeIfPresent(simulator.taskText, forKey: .taskText)
  }
}
