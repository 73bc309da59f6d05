import Files
import Foundation
import NanoVLA

/// A step of LeRobot's pre- or postprocessing that normalizes: its settings, and its file of columns.
///
///     { "name": "policy_preprocessor", "steps": [ …,
///       { "registry_name": "normalizer_processor",
///         "config": { "eps": 1e-8, "norm_map": {"STATE": "MEAN_STD", "ACTION": "MEAN_STD"}, … },
///         "state_file": "policy_preprocessor_step_5_normalizer_processor.safetensors" } ] }
///
/// - Reference: huggingface/lerobot, processor/pipeline.py and normalize_processor.py.
struct LeRobotStep {
  private let config: JSONValue
  private let columns: SafetensorsFile?

  /// The step of this name; nil if the folder has no such file, or the file no such step.
  /// - Throws: `JSONFileError`, also for a step that makes actions relative to the state.
  init?(_ name: String, in file: String, of folder: URL) throws {
    let url = folder.appending(path: file)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let steps = try JSONFile.read(url)["steps"].array(count: 0...256)
    for step in steps where step["config"]["enabled"].exists {
      let kind = try step["registry_name"].string(default: "")
      guard kind.hasSuffix("_actions_processor") else { continue }
      guard try !step["config"]["enabled"].bool() else {
        throw step["config"]["enabled"].unsupported(["false, actions that are not relative"])
      }
    }
    guard let step = try steps.first(where: { try $0["registry_name"].string(default: "") == name })
    else { return nil }
    config = step["config"]
    guard step["state_file"].exists else {
      columns = nil
      return
    }
    let state = try step["state_file"].string()
    guard !state.contains("/"), state.hasSuffix(".safetensors") else {
      throw step["state_file"].outOfRange("the name of a safetensors file of the folder")
    }
    columns = try SafetensorsFile(url: folder.appending(path: state))
  }

  /// The columns of `feature`, whose type is `type`; nil if it is not normalized.
  /// - Throws: `JSONFileError`, `SafetensorsError`, or `ActionError` if columns differ in length.
  func columns(of feature: String, _ type: String) throws -> RobotColumns? {
    let mode = try config["norm_map"][type].choice(
      [
        "MEAN_STD": ("mean", "std", RobotColumns.Form.mean), "MIN_MAX": ("min", "max", .range),
        "QUANTILES": ("q01", "q99", .range), "QUANTILE10": ("q10", "q90", .range), "IDENTITY": nil,
      ] as [String: (String, String, RobotColumns.Form)?], default: "IDENTITY")
    guard let mode, let columns, columns.names.contains("\(feature).\(mode.0)") else { return nil }
    let (first, second) = (
      try columns.values(of: "\(feature).\(mode.0)"), try columns.values(of: "\(feature).\(mode.1)")
    )
    try ActionError.check(first, "\(columns.url.path), \(feature).\(mode.0)")
    try ActionError.check(
      second, "\(columns.url.path), \(feature).\(mode.1)", dimensions: first.count)
    return RobotColumns(
      form: mode.2, first: first.map(Double.init), second: second.map(Double.init),
      epsilon: try config["eps"].number(1e-30...1, default: 1e-8))
  }
}
