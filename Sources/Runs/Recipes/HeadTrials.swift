import NanoVLA
import Tabletop

/// What several ``HeadTrial``s have in common: the backbone, the seed, and the demonstrations to measure
/// losses on.
public struct HeadTrials<Frozen: Backbone> {
  public let backbone: Frozen
  public let heldOut: [Demonstration]
  public let seed: UInt64
  private let progress: (_ done: Int, _ steps: Int) -> Void

  /// - Parameter progress: called after each step with the number of steps done, and of all.
  public init(
    on backbone: Frozen, heldOut: [Demonstration] = [], seed: UInt64,
    progress: @escaping (_ done: Int, _ steps: Int) -> Void
  ) {
    (self.backbone, self.heldOut, self.seed) = (backbone, heldOut, seed)
    self.progress = progress
  }

  /// A head of `kind`, trained on `demonstrations`; see ``HeadTrial``.
  public func callAsFunction(
    _ kind: ActionHeadKind, _ demonstrations: [Demonstration], points: Int = 0, chunk: Int = 2,
    steps: Int, weightDecay: Float = 0.3
  ) throws -> HeadTrial {
    try HeadTrial(
      kind, on: backbone, demonstrations, heldOut: heldOut, points: points, chunk: chunk,
      steps: steps, weightDecay: weightDecay, seed: seed
    ) { progress($0, steps) }
  }
}
