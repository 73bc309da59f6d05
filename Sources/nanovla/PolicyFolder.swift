import Files
import Foundation
import NanoVLA
import Runs

/// The folder of a policy. Its statistics are keyed by the dataset that the policy was trained on.
struct PolicyFolder {
  let path: String
  private var boundary: FolderBoundary { FolderBoundary(URL(fileURLWithPath: path)) }

  /// Whether the folder's config.json is that of a policy of this package.
  var exists: Bool {
    guard let file = try? boundary.file(VLA.configurationFile), let json = try? JSONFile.read(file)
    else { return false }
    return (try? json["model_type"].string(default: "")) == "nanovla-policy"
  }

  /// The datasets of the folder's statistics, sorted; most folders hold one.
  func datasets() throws -> [String] {
    try ActionStatistics.readAll(boundary.file(VLA.statisticsFile)).keys.sorted().map(oneLine)
  }

  /// Reads the policy.
  /// - Parameter dataset: whose statistics to use, if the folder holds several.
  func policy(dataset: String?) throws -> VLA {
    let policy = try VLA(
      contentsOf: URL(fileURLWithPath: path), dataset: datasets().count > 1 ? dataset : nil)
    showNotes(of: policy.backbone)
    return policy
  }
}
