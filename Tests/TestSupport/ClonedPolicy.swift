import NanoVLA
import Tabletop
import Tensors

/// A policy cloned from five demonstrations, which seldom succeeds: it is trained once for all tests, and
/// every test gets a copy of its own.
package enum ClonedPolicy {
  private static let head = Result { () throws -> [[Float]] in
    let policy = try untrained()
    let demonstrations = try DemonstrationDataset.bundled().demonstrations.prefix(5)
    let training = BehaviorCloning(
      policy, on: try CloningExamples(Array(demonstrations), for: policy), steps: 150)
    for _ in 0..<150 { training.step() }
    return policy.head.parameters.map(\.values)
  }

  package static func untrained() throws -> VLA {
    var random = SeededRandom(seed: 0)
    return try VLA(backbone: .bundled(), statistics: .bundled(), using: &random)
  }

  package static func copy() throws -> VLA {
    let policy = try untrained()
    for (parameter, values) in zip(policy.head.parameters, try head.get()) {
      parameter.values = values
    }
    return policy
  }
}
