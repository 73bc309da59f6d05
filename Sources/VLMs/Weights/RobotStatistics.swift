import Files
import Foundation
import NanoVLA

/// How a published π0 says what its numbers mean: the normalization of its robot's state and actions.
///
/// It stands in one of three places, and the first one found is read:
/// - policy_preprocessor.json and policy_postprocessor.json of LeRobot, whose steps name safetensors
///   files with the columns;
/// - processor_config.json of transformers: `state_mean`, `state_std`, `actions_mean`, `actions_std`;
/// - dataset_statistics.json, or `norm_stats` in config.json, in OpenVLA's layout: π0 uses the mean and
///   the standard deviation there.
///
/// - Reference: Black et al., "π0" (2024); huggingface/lerobot, processor/normalize_processor.py;
///   transformers, models/pi0/processing_pi0.py.
struct RobotStatistics {
  var state: StateScaling?
  var action: ActionStatistics?
  /// The file that they are from, in the folder; nil if there is none.
  var source: String?

  /// Reads a model's folder; without any of these files there are no statistics.
  /// - Parameters:
  ///   - key: the dataset's name, for files that hold several.
  ///   - limits: the numbers of a state and of an action that the model reads at most.
  /// - Throws: `JSONFileError`, `SafetensorsError`, ``StatisticsFileError`` or `ActionError`.
  static func read(
    _ folder: URL, key: String?, limits: (state: Int, action: Int)
  ) throws -> RobotStatistics {
    let own = try own(folder)
    let named = own == nil ? try datasets(folder, key) : nil
    let found = own ?? named ?? RobotStatistics()
    if let key, named == nil {
      throw StatisticsFileError.unknownKey(key, found.source ?? folder.path, known: [])
    }
    for (what, count, limit) in [
      ("state", found.state?.count, limits.state), ("action", found.action?.count, limits.action),
    ] {
      if let count, count > limit {
        throw ActionError.wrongDimensions(
          "\(folder.path), statistics of the \(what)", expected: limit, found: count)
      }
    }
    return found
  }

  /// The statistics of the only robot that a folder is for; nil if it has none, or names datasets.
  static func own(_ folder: URL) throws -> RobotStatistics? {
    try leRobot(folder) ?? processor(folder)
  }

  private init() {}

  private init(
    state: RobotColumns?, action: RobotColumns?, mask: [Bool]? = nil, source: String
  ) throws {
    (self.state, self.source) = (state?.scaling, source)
    if let scaling = self.state, !scaling.isSound {
      throw ActionError.noData("\(source): standard deviations of the state above 0")
    }
    guard let action else { return }
    let (low, high) = action.ends
    let center = zip(low, high).map { ($0 + $1) / 2 }
    let half = zip(low, high).map { ($1 - $0) / 2 }
    self.action = try ActionStatistics(
      action: DimensionStatistics(
        mean: center, std: half, max: high, min: low, q01: low, q99: high, "action"),
      mask: mask ?? low.map { _ in true }, transitions: 0, trajectories: 0)
  }

  private static func exists(_ file: URL) -> Bool {
    FileManager.default.fileExists(atPath: file.path)
  }

  private static func processor(_ folder: URL) throws -> RobotStatistics? {
    let file = folder.appending(path: "processor_config.json")
    guard exists(file) else { return nil }
    let json = try JSONFile.read(file)
    func columns(_ name: String) throws -> RobotColumns? {
      let (mean, std) = (json["\(name)_mean"], json["\(name)_std"])
      guard mean.exists || std.exists else { return nil }
      let first = try mean.numbers()
      return RobotColumns(form: .mean, first: first, second: try std.numbers(count: first.count))
    }
    let (state, action) = (try columns("state"), try columns("actions"))
    guard state != nil || action != nil else { return nil }
    return try RobotStatistics(state: state, action: action, source: file.lastPathComponent)
  }

  private static func datasets(_ folder: URL, _ key: String?) throws -> RobotStatistics? {
    guard
      try exists(folder.appending(path: "dataset_statistics.json"))
        || JSONFile.read(folder.appending(path: "config.json"))["norm_stats"].exists
    else { return nil }
    let found = try ActionStatistics.read(modelFolder: folder, key: key)
    func columns(_ of: DimensionStatistics) -> RobotColumns {
      RobotColumns(form: .mean, first: of.mean.map(Double.init), second: of.std.map(Double.init))
    }
    return try RobotStatistics(
      state: found.proprio.map(columns), action: columns(found.action), mask: found.mask,
      source: "dataset_statistics.json")
  }

  private static func leRobot(_ folder: URL) throws -> RobotStatistics? {
    let state = try LeRobotStep("normalizer_processor", in: "policy_preprocessor.json", of: folder)
    let action = try LeRobotStep(
      "unnormalizer_processor", in: "policy_postprocessor.json", of: folder)
    guard state != nil || action != nil else { return nil }
    return try RobotStatistics(
      state: state?.columns(of: "observation.state", "STATE"),
      action: action?.columns(of: "action", "ACTION"), source: "policy_preprocessor.json")
  }
}

extension JSONValue {
  /// As many finite numbers.
  fileprivate func numbers(count: Int? = nil) throws -> [Double] {
    try array(count: count.map { $0...$0 } ?? 1...65_536).map { try $0.number(-1e30...1e30) }
  }
}
