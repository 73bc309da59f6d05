import Blackboard
import NanoVLA
import Tabletop

/// Drives policies over all the layouts of an evaluation, a few dozen at a time: so that it can
/// tell how far it is, and any few dozen can be driven again, exactly as before, to be filmed.
struct EvaluationDriving {
  let suite: Suite
  let seeds: Range<UInt64>
  let runs: Int
  private var progress = Progress()
  private var done = 0
  private static let slice = 40

  /// - Parameter runs: how many times all the layouts will be driven.
  init(suite: Suite, seeds: Range<UInt64>, runs: Int) {
    (self.suite, self.seeds, self.runs) = (suite, seeds, runs)
  }

  /// One episode for each layout, in the order of their seeds.
  mutating func drive(
    _ policy: VLA, control: ClosedLoop.Control = .none
  ) throws -> [ClosedLoop.Episode] {
    let loop = ClosedLoop(suite: suite, executed: policy.head.chunk, control: control)
    var episodes: [ClosedLoop.Episode] = []
    for first in stride(from: seeds.lowerBound, to: seeds.upperBound, by: Self.slice) {
      episodes += try loop(policy, seeds: slice(around: first))
      done += slice(around: first).count
      progress.report(done, of: runs * seeds.count, "episodes")
    }
    return episodes
  }

  /// The episode of `seed` again, with its pictures.
  func film(_ policy: VLA, seed: UInt64) throws -> ClosedLoop.Episode {
    let loop = ClosedLoop(suite: suite, executed: policy.head.chunk, keepsFrames: true)
    let slice = slice(around: seed)
    return try loop(policy, seeds: slice)[Int(seed - slice.lowerBound)]
  }

  private func slice(around seed: UInt64) -> Range<UInt64> {
    let size = UInt64(Self.slice)
    let start = seeds.lowerBound + (seed - seeds.lowerBound) / size * size
    return start..<min(start + size, seeds.upperBound)
  }
}
