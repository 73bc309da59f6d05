import Tabletop
import Tensors

/// Recording demonstrations: a rollout in which the expert decides, with noise on what is executed.
///
/// The noise leads off the expert's path, and the expert's clean action there, which is what the
/// record keeps, shows how to return. This reduces covariate shift without asking the expert again.
///
///     executed = perturbed(a, noise),   a = expert(s);   the record holds the observation and a
///
/// - Reference: Laskey et al., "DART: Noise Injection for Robust Imitation Learning" (2017), §4.
public struct Recorder {
  public var environment: any ExpertEnvironment
  /// Adds noise to the expert's action; the generator is the episode's own.
  public var perturbed: (RobotAction, inout SeededRandom) -> RobotAction

  /// A recorder of the expert of `environment`, by default without noise.
  public init(
    in environment: any ExpertEnvironment,
    perturbed: @escaping (RobotAction, inout SeededRandom) -> RobotAction = { action, _ in action }
  ) {
    (self.environment, self.perturbed) = (environment, perturbed)
  }

  /// One recorded episode for each initial state of `seeds`, in success or not; the same each time.
  public func callAsFunction(seeds: some Sequence<UInt64>) throws -> [Episode] {
    var rollouts = try seeds.map { try Rollout(in: environment, seed: $0) }
    var worker = RolloutWorker(keepsRecord: true)
    worker.perturbed = perturbed
    try worker(&rollouts) { rollouts, deciding in
      for i in deciding {
        let expert = rollouts[i].environment as! any ExpertEnvironment  // a copy has the same type
        rollouts[i].plan = [try expert.expertAction()]
      }
    }
    return rollouts.map(\.episode)
  }
}

extension Demonstration {
  /// Records the expert in episode `seed` of `suite`: the same demonstration each time; nil if the
  /// expert does not succeed within the horizon.
  /// - Parameters:
  ///   - noise: standard deviation of the noise on the executed dx, dy and dz, as a fraction of the
  ///     largest step (0.1 means 0.02 world units along x and y, 0.03 along z).
  ///   - flips: probability that the executed gripper command is the opposite one.
  public static func record(
    suite: Suite, seed: UInt64, noise: Float = 0.10, flips: Float = 0, imageSize: Int = 64
  ) -> Demonstration? {
    let recorder = Recorder(in: TabletopEnvironment(suite, imageSize: imageSize)) {
      action, random in
      var executed = action.values
      executed[0] += noise * Rules.maximumStep * random.normal()
      executed[1] += noise * Rules.maximumStep * random.normal()
      executed[2] += noise * Rules.maximumLift * random.normal()
      if random.uniform() < flips { executed[6] = -executed[6] }
      return RobotAction(executed)
    }
    // The tabletop throws nothing.
    let episode = try! recorder(seeds: [seed])[0]
    guard episode.ending.isSuccess else { return nil }
    let seen = episode.observations.dropLast()
    return Demonstration(
      suite: suite, instruction: episode.instruction, seed: seed, frames: seen.map(\.image),
      actions: episode.actions.map { $0.values.map(\.toFiveDecimals) },
      proprioception: seen.map { $0.proprioception!.map(\.toFiveDecimals) })
  }
}
