import Images
import Tabletop
import Tensors

/// Closed-loop evaluation: let the policy drive the arm, and count how often it gets there.
///
/// A low loss says that the policy would have done what the expert did, where the expert was. In the
/// closed loop each action changes what is seen next, and small errors lead to places no
/// demonstration shows. Success on layouts that no demonstration used is the number to trust.
///
/// All episodes run in step, so that the network sees a batch: N episodes, half of them on each
/// thread. A chunk of K actions is predicted, its first `executed` are carried out blindly, then the
/// policy looks again. With `ensembles` it looks at every step and averages what it said before.
///
/// Reference: Liu et al., "LIBERO" (2023), section 4 (the protocol); Zhao et al., "ACT" (2023).
public struct ClosedLoop: Sendable {
  /// What is changed to see whether it matters.
  public enum Control: Sendable {
    case none
    /// The camera shows one flat colour.
    case blankImage
    /// The instruction asks for another thing that the same scene offers. The episode goes on until
    /// both what was asked for and what the scene was made for have failed, or the first succeeded.
    case otherInstruction
  }

  public struct Episode: Sendable {
    public let seed: UInt64
    public let instruction: String
    /// Judged by the instruction that the policy was given.
    public let outcome: Outcome
    /// With ``Control/otherInstruction``: whether what the scene was made for happened all the same.
    public let achievedOriginal: Bool
    /// Why it ended so.
    public let ending: Ending
    public let steps: Int
    /// What the camera saw before each action, if frames were kept.
    public let frames: [RGBImage]
    /// What it saw after the last action, if frames were kept.
    public let lastFrame: RGBImage?
  }

  public var suite: Suite
  /// How many actions of each chunk are carried out before the policy looks again.
  public var executed: Int
  public var ensembles: Bool
  public var control: Control
  public var keepsFrames: Bool

  public init(
    suite: Suite = .object, executed: Int, ensembles: Bool = false, control: Control = .none,
    keepsFrames: Bool = false
  ) {
    (self.suite, self.executed, self.ensembles) = (suite, executed, ensembles)
    (self.control, self.keepsFrames) = (control, keepsFrames)
  }

  /// One episode for each of `seeds`, in their order.
  /// - Throws: ``InstructionError`` if the policy's backbone does not know the suite's words.
  public func callAsFunction(_ policy: VLA, seeds: Range<UInt64>) throws -> [Episode] {
    guard 1...policy.head.chunk ~= executed else {
      fatalError("closed loop: \(executed) actions of a chunk of \(policy.head.chunk)")
    }
    let seeds = Array(seeds)
    return try inShards(of: seeds.count) { part in
      withoutGradient { Result { try drive(policy, seeds: Array(seeds[part])) } }
    }.flatMap { try $0.get() }
  }
}

extension SuccessRate {
  /// How many of `episodes` ended in success.
  public init(of episodes: [ClosedLoop.Episode]) {
    self.init(episodes.map { $0.outcome == .success })
  }
}
