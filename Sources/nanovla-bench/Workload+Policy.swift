import NanoVLA
import Runs
import Tabletop
import Tensors

/// The computations of lessons 5 and 6, on a backbone with random weights, which take as long as
/// with trained ones.
extension Workload {
  /// One behavior-cloning step of the policy's head on 64 examples.
  static func policyTraining() throws -> Prepared {
    let demonstrations = try demonstrations(count: 10)
    let policy = try policy(demonstrations)
    let training = BehaviorCloning(
      policy, on: try CloningExamples(demonstrations, for: policy), steps: 1_000, batchSize: 64)
    return (policy.head.parameterCount, { training.step() })
  }

  /// From one image, one instruction and proprioception to one action in robot units.
  static func policyAction() throws -> Prepared {
    let demonstrations = try demonstrations(count: 1)
    let policy = try policy(demonstrations)
    let seen = demonstrations[0]
    return (
      policy.parameterCount,
      {
        // The simulator's images and instructions fit the policy, so nothing is thrown.
        _ = try! policy.predictAction(
          seen.frames[0], instruction: seen.instruction, proprioception: seen.proprioception[0])
      }
    )
  }

  /// One simulation step and its image of 64 × 64 pixels, along the expert's episodes.
  static func frame() throws -> Prepared {
    let start = TabletopWorld(Suite.object.initialState(seed: Suite.firstHeldOutSeed))
    let renderer = Renderer(size: 64)
    var world = start
    var actions: [[Float]] = []
    while world.outcome == .running {
      actions.append(Expert.action(for: world))
      world.step(actions[actions.count - 1])
    }
    world = start
    return (
      0,
      {
        if world.outcome != .running { world = start }
        world.step(actions[world.stepCount])
        _ = renderer.render(world.scene)
      }
    )
  }

  private static func demonstrations(count: Int) throws -> [Demonstration] {
    try DemonstrationDataset.generate(suite: .object, count: count).demonstrations
  }

  private static func policy(_ demonstrations: [Demonstration]) throws -> VLA {
    var random = SeededRandom(seed: 0)
    let statistics = try ActionStatistics(of: demonstrations)
    return try VLA(backbone: ToyVLM(using: &random), statistics: statistics, using: &random)
  }
}
