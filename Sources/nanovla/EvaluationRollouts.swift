import Blackboard
import NanoVLA
import Runs

/// Runs policies on all layouts of an evaluation, in batches.
///
/// Batches allow progress reports. A single batch can also be repeated with identical results to
/// record its frames.
struct EvaluationRollouts {
  let world: EvaluationWorld
  let runs: Int
  let timing: EvaluationTiming
  private var progress = Progress()
  private var done = 0

  /// - Parameters:
  ///   - world: where the policies act, and in which layouts.
  ///   - runs: how many times all layouts will be run, for the progress report.
  ///   - timing: what the world does while the policy thinks.
  init(in world: EvaluationWorld, runs: Int, timing: EvaluationTiming) {
    (self.world, self.runs, self.timing) = (world, runs, timing)
  }

  /// Runs one episode for each layout, in the order of the seeds.
  mutating func run(
    _ policy: VLA, control: EvaluationWorld.Control = .none
  ) throws -> [Episode] {
    let loop = timing.loop(of: policy, in: try world.environment(policy, control))
    var episodes: [Episode] = []
    for first in stride(from: 0, to: world.seeds.count, by: world.batchSize) {
      let batch = world.seeds[batch(around: first)]
      episodes += try loop(policy, seeds: batch)
      done += batch.count
      progress.report(done, of: runs * world.seeds.count, "episodes")
    }
    return episodes
  }

  /// Repeats the episode of `seed` and keeps its frames.
  func record(_ policy: VLA, seed: UInt64) throws -> Episode {
    var loop = timing.loop(of: policy, in: try world.environment(policy, .none))
    loop.keepsRecord = true
    let batch = batch(around: world.seeds.firstIndex(of: seed)!)
    return try loop(policy, seeds: world.seeds[batch]).first { $0.seed == seed }!
  }

  private func batch(around index: Int) -> Range<Int> {
    let start = index / world.batchSize * world.batchSize
    return start..<min(start + world.batchSize, world.seeds.count)
  }
}
