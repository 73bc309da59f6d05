import Foundation
import NanoVLA
import Runs

/// The policy that `nanovla rl` starts from.
extension RLCommand {
  /// The policy to improve: the one that `--policy` names, or a new one.
  func startPolicy(_ configuration: RLConfiguration, _ folder: RunFolder) throws -> VLA {
    guard let path = configuration.sftModelPath else {
      guard !configuration.needsSimulator else {
        throw RequestError(
          "in a simulator, begin with a policy that sometimes succeeds: nanovla train --environment, "
            + "then --policy")
      }
      let recipe = CloningRecipe(
        for: try configuration.suite(), demonstrations: demonstrations ?? 10,
        seed: configuration.settings.seed)
      let cloning = try recipe.preparedCloning()
      try cloning.finish(
        in: folder, remedy: "clone with nanovla train, use its policy as --policy,")
      return cloning.policy
    }
    guard demonstrations == nil else {
      throw RequestError("--demonstrations applies only without --policy: omit one of them")
    }
    return try PolicyFolder(path: path).policy(dataset: configuration.dataset)
  }

  /// The dataset that the policy was trained on, if there is exactly one.
  func trainedDataset() throws -> String? {
    let trained = try policy.map { try PolicyFolder(path: $0).datasets() } ?? []
    return trained.count == 1 ? trained[0] : nil
  }
}
