import NanoVLA
import Simulators

extension EvaluateCommand {
  /// The policies, ours or published ones, and the simulator's tasks in which they are evaluated.
  func loadedForSimulator(_ folders: [PolicyFolder]) throws -> ([VLA], EvaluationWorld) {
    let name = try SimulatorName(simulator.environment ?? "")
    let policies = try folders.map { try $0.policy(in: name, dataset: dataset) }
    let sizes = Set(policies.map { $0.backbone.imageSize ?? name.kind.imageSize })
    guard sizes.count == 1, let size = sizes.first else {
      throw RequestError(
        "the policies see images of \(sizes.sorted()) pixels: compare them in two evaluations")
    }
    let environment = try SimulatorEnvironment(simulator.settings(imageSize: size)!)
    for policy in policies {
      try environment.acting(policy).space.check(matches: policy.space)
    }
    return (policies, EvaluationWorld(environment, episodes: episodes))
  }
}
