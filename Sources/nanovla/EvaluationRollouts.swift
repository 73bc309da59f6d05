import Blackboard
import NanoVLA
import Runs
import Tabletop

/// Runs policies on all layouts of an evaluation, in batches of 40 episodes.
///
/// Batches allow progress reports. A single batch can also be repeated with identical results to
/// record its frames.
struct EvaluationRollouts {
  let suite: Suite
  let seeds: Range<UInt64>
  let runs: Int
  let timing: EvaluationTiming
  private var progress = Progress()
  private var done = 0
  private static let batchSize = 40

  /// - Parameters:
  ///   - suite: the suite that generates the layouts.
  ///   - seeds: the seed of each layout.
  ///   - runs: how many times all layouts will be run, for the progress report.
  ///   - timing: what the world does while the policy thinks.
  init(suite: Suite, seeds: Range<UInt64>, runs: Int, timing: EvaluationTiming) {
    (self.suite, self.seeds, self.runs, self.timing) = (suite, seeds, runs, timing)
  }

  /// Runs one episode for each layout, in the order of the seeds.
  mutating func run(
    _ policy: VLA, control: TabletopEnvironment.Control = .none
  ) throws -> [Episode] {
    let loop = timing.loop(of: policy, in: environment(for: policy, control))
    var episodes: [Episode] = []
    for first in stride(from: seeds.lowerBound, to: seeds.upperBound, by: Self.batchSize) {
      episodes += try loop(policy, seeds: batch(around: first))
      done += batch(around: first).count
      progress.report(done, of: runs * seeds.count, "episodes")
    }
    return episodes
  }

  /// Repeats the episode of `seed` and keeps its frames.
  func record(_ policy: VLA, seed: UInt64) throws -> Episode {
    var loop = timing.loop(of: policy, in: environment(for: policy))
    loop.keepsRecord = true
    let batch = batch(around: seed)
    return try loop(policy, seeds: batch)[Int(seed - batch.lowerBound)]
  }

  private func environment(
    for policy: VLA, _ control: TabletopEnvironment.Control = .none
  ) -> TabletopEnvironment {
    TabletopEnvironment(suite, imageSize: policy.backbone.imageSize ?? 64, control: control)
  }

  private func batch(around seed: UInt64) -> Range<UInt64> {
    let size = UInt64(Self.batchSize)
    let start = seeds.lowerBound + (seed - seeds.lowerBound) / size * size
    return start..<min(start + size, seeds.upperBound)
  }
}
