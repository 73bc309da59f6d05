import Foundation
import NanoVLA
import Runs
import Tabletop
import Tensors

/// The middle rungs: do the inputs arrive, and does the policy do in training frames what it learned?
extension Diagnosis {
  func inputs() throws -> Finding {
    let probes = try StateProbes(policy, Frames(demonstrations, for: policy, count: 24))
    let reference = ReferenceBackbone(policy)
    if let (cause, text) = try probes.failure() ?? reference.failure(probes.frames) {
      return .fault(cause, "too little or something else", evidence: text)
    }
    return .passes("\(probes.ofImage.count) of \(probes.states[0].count) numbers see the image")
  }

  func trainingFrames() throws -> Finding {
    let ruler = try ActionRuler(demonstrations, space: policy.space)
    let frames = Frames(demonstrations, for: policy, count: 64)
    let normalized = try frames.predictions(policy)  // N chunks of K
    let chunks = try robot(normalized)
    let expert = frames.expert.map { $0[0].values }
    let own = ruler.agreement(chunks.map { $0[0] }, expert)
    let found = "mean error \(rounded(Double(own.error))) of half the range"
    func fault(_ cause: Cause, _ text: String) -> Finding {
      .fault(cause, found, evidence: text)
    }
    if let (cause, text) = binShift(normalized, frames) { return fault(cause, text) }
    if let (cause, text) = lag(chunks, frames, ruler, own) { return fault(cause, text) }
    if let (cause, text) = scale(chunks.map { $0[0] }, expert, ruler, own) {
      return fault(cause, text)
    }
    let best = try bestRepair(frames, normalized, expert, ruler, own)
    func evidence(_ repair: Repair, _ agreement: Agreement) -> String {
      "error \(rounded(Double(agreement.error))) with \(repair.text)"
    }
    // A change that makes the policy as good as a healthy one explains all of the error.
    if let (repair, repaired) = best, repaired.error < 0.15 {
      return fault(repair.cause, evidence(repair, repaired))
    }
    guard own.error > limit || best != nil else { return .passes(found) }
    if let text = ReferenceBackbone(policy).damagedWeights() {
      return fault(.damagedWeights, text)
    }
    if let (repair, repaired) = best, repaired.error < 0.6 * own.error, repaired.error < 0.3 {
      return fault(repair.cause, evidence(repair, repaired))
    }
    return try unexplained(found, frames, ruler, own)
  }

  /// The largest error of a healthy policy. A head that samples agrees less.
  private var limit: Float { policy.head is FlowMatchingHead ? 0.32 : 0.22 }

  /// N chunks of K normalized actions → robot units.
  private func robot(_ chunks: [[NormalizedAction]]) throws -> [[[Float]]] {
    try chunks.map { try $0.map { try policy.statistics.robotAction($0).values } }
  }

  /// The policy does something else than it should, and no simple change helps.
  private func unexplained(
    _ found: String, _ frames: Frames, _ ruler: ActionRuler, _ own: Agreement
  ) throws -> Finding {
    if let other = try otherSuite(own) {
      return .fault(
        .wrongStatistics, found,
        evidence: "it agrees with demonstrations of \(other.dataset), not of \(suite.dataset)")
    }
    let blank = StateProbes.rows(
      try frames.edited(observation: StateProbes.blank).states(policy))
    let states = StateProbes.rows(try frames.states(policy))
    let gaps = StateProbes.gaps(states, blank).filter { $0 > 1e-4 }
    if gaps.reduce(0, +) / Float(max(1, gaps.count)) < 0.25 {
      return .fault(
        .pixelRange, found, evidence: "a blank image changes the state by less than a quarter")
    }
    return .fault(
      .wrongHead, found,
      evidence: "the inputs arrive, and no change of inputs or outputs helps: the head was trained "
        + "too little, or its weights are not those that were trained")
  }

  /// The suite whose demonstrations the policy does agree with.
  private func otherSuite(_ own: Agreement) throws -> Suite? {
    for other in Suite.allCases where other != suite {
      let demonstrations = try DemonstrationDataset.generate(
        suite: other, count: 10, imageSize: policy.backbone.imageSize ?? 64
      ).demonstrations
      let frames = Frames(demonstrations, for: policy, count: 32)
      let ruler = try ActionRuler(demonstrations, space: policy.space)
      let actions = try robot(frames.predictions(policy)).map { $0[0] }
      let agreement = ruler.agreement(actions, frames.expert.map { $0[0].values })
      if agreement.error < 0.5 * own.error, agreement.error < limit { return other }
    }
    return nil
  }
}
