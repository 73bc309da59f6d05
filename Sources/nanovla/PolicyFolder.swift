import Files
import Foundation
import NanoVLA
import Runs
import Simulators
import VLMs

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

  /// Reads the policy, ours or a published one, for a simulator.
  /// - Parameter dataset: whose statistics to use, if not those of the simulator.
  func policy(in simulator: SimulatorName, dataset: String? = nil) throws -> VLA {
    guard !exists, FileManager.default.fileExists(atPath: path) else {
      return try policy(dataset: dataset ?? simulator.datasetName)
    }
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    let keys = (try? ActionStatistics.readAll(modelFolder: folder))?.keys.sorted() ?? []
    return try VLA.published(
      path, unnormKey: dataset ?? simulator.statisticsKey(among: keys), givesState: true)
  }
}

extension VLA {
  /// Reads a published VLM that generates actions.
  /// - Parameter givesState: whether the robot's state will be given to a π0.
  /// - Throws: ``RequestError`` for another VLM, or the error of a file.
  static func published(_ path: String, unnormKey: String?, givesState: Bool) throws -> VLA {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    let family = try VLM.family(of: folder)
    guard [VLMFamily.openVLA.name, VLMFamily.piZero.name].contains(family.name) else {
      throw RequestError(
        "\(folder.path) is a \(family.name) checkpoint, which generates no actions: train "
          + "an action head on it (VLA.fromVLM), or use an openvla or pi0 checkpoint")
    }
    let isExpert = family.name == VLMFamily.piZero.name
    let policy = try VLA.fromVLM(
      family.name, modelPath: path, unnormKey: unnormKey,
      usesProprioception: isExpert && givesState)
    showNotes(of: policy.backbone)
    return policy
  }

  /// Whether it is a π0, whose action expert reads the robot's state.
  var isExpert: Bool { (backbone as? VLM)?.network is PiZero }
}
