import Foundation
import NanoVLA
import Tabletop
import Tensors

/// The doctor: finds what is wrong with a policy from its behavior alone.
///
/// The rungs of a ladder, from the data to the closed loop. Each presupposes those below it, so the
/// first that fails is where to look: a success rate of 0 alone does not say whether the data, the
/// statistics, the loss, the inputs or the execution are at fault.
///
///     demonstrations replayed → statistics against data → first loss ≈ theory → one batch by heart →
///     training frames → training layouts → held-out layouts → another instruction → blank image →
///     full stop, capitals, reversed words
///
/// Faults that raise no error are named by undoing them: if the policy agrees with its training
/// actions once its image is turned upside down, then somebody turned the image (``Repair``).
///
/// - Reference: Karpathy, "A Recipe for Training Neural Networks" (2019): first loss, one batch by
///   heart, data before model.
public struct Diagnosis {
  public let policy: VLA
  /// The demonstrations that the policy learned from, or others of the same tasks.
  public let demonstrations: [Demonstration]
  /// Where the policy acts.
  public var environment: any Environment
  /// How many actions of a chunk are executed before the policy observes again.
  public var executionHorizon: Int
  /// Episodes of each closed-loop rung.
  public var episodes = 40
  let suite: Suite

  /// - Parameters:
  ///   - demonstrations: at least one.
  ///   - environment: the tabletop of the demonstrations' suite by default.
  ///   - executionHorizon: the whole chunk by default.
  public init(
    _ policy: VLA, on demonstrations: [Demonstration], in environment: (any Environment)? = nil,
    executionHorizon: Int? = nil
  ) {
    guard let first = demonstrations.first else { fatalError("Diagnosis: no demonstration") }
    (self.policy, self.demonstrations, suite) = (policy, demonstrations, first.suite)
    self.environment =
      environment ?? TabletopEnvironment(first.suite, imageSize: policy.backbone.imageSize ?? 64)
    self.executionHorizon = executionHorizon ?? policy.head.chunk
  }

  /// Climbs the ladder up to the first rung that fails.
  /// - Parameter progress: called with the name of each rung before it runs.
  /// - Throws: what the policy or the environment throws where no rung expects it.
  public func callAsFunction(progress: (String) -> Void = { _ in }) throws -> DiagnosisReport {
    var report = DiagnosisReport()
    for (name, rung) in ladder {
      progress(name)
      let began = Date()
      let finding = try rung()
      func record(_ found: String, passed: Bool) {
        let seconds = Date().timeIntervalSince(began)
        report.rungs.append(.init(name: name, found: found, passed: passed, seconds: seconds))
      }
      switch finding {
      case .passes(let found): record(found, passed: true)
      case .weak(let found, let evidence, let next):
        record(found, passed: false)
        (report.verdict, report.evidence, report.next) = (.weak, evidence, next)
        return report
      case .fault(let cause, let found, let evidence):
        record(found, passed: false)
        (report.verdict, report.cause) = (.fault, cause)
        (report.evidence, report.next) = (evidence, cause.next)
        return report
      }
    }
    return report
  }

  private var ladder: [(String, () throws -> Finding)] {
    [
      ("demonstrations replayed open loop", replay),
      ("statistics against data", statistics),
      ("first loss against theory", firstLoss),
      ("one batch by heart", byHeart),
      ("what reaches the state", inputs),
      ("training frames give the training actions", trainingFrames),
      ("closed loop on training layouts", trainingLayouts),
      ("closed loop on held-out layouts", heldOutLayouts),
      ("another instruction", anotherInstruction),
      ("blank image", blankImage),
      ("full stop, capitals, reversed words", phrasing),
    ]
  }
}
