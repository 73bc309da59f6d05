import NanoVLA
import Tensors

/// Compares a policy's backbone with the toy VLM that is known to work: the same inputs must give the
/// same numbers, as lesson 11 does with published checkpoints.
///
/// If they do not, the toy VLM is given each known fault in turn. The one that reproduces the policy's
/// numbers is the fault.
struct ReferenceBackbone {
  let policy: VLA
  init(_ policy: VLA) { self.policy = policy }

  /// The toy VLM inside the policy's backbone, which then is a wrapper; nil if there is none.
  private var inner: ToyVLM? {
    policy.backbone.namedModules.lazy.compactMap { $0.module as? ToyVLM }.first
  }

  /// What is wrong with how the toy VLM inside a wrapper is used; nil if nothing is.
  func failure(_ frames: Frames) throws -> (Cause, String)? {
    guard let inner else { return otherConfiguration }
    let mine = StateProbes.rows(try frames.states(policy))
    func gap(_ backbone: any Backbone) throws -> Float {
      let other = try policy.with(backbone: backbone, head: policy.head)
      return StateProbes.gaps(mine, StateProbes.rows(try frames.states(other))).max() ?? 0
    }
    guard try gap(inner) > 1e-3 else { return nil }
    for fault in Fault.allCases where FaultyBackbone.faults.contains(fault) {
      if try gap(FaultyBackbone(inner, fault)) < 1e-3 {
        return (fault.cause, "the states are those of the toy VLM with “\(fault.rawValue)”")
      }
    }
    return nil
  }

  /// Whether the weights are all the bundled model's, and the configuration is not.
  private var otherConfiguration: (Cause, String)? {
    guard let (vlm, bundled, different) = differences, different.isEmpty else { return nil }
    if vlm.configuration.vocabulary != bundled.configuration.vocabulary {
      return (.words, "the vocabulary is not in the order of the bundled model's")
    }
    if vlm.configuration.camera != bundled.configuration.camera {
      return (.imageShifted, "the camera of the configuration is not the bundled model's")
    }
    return nil
  }

  /// The first tensor that differs from the bundled toy VLM's, if most others are equal: of a copy in
  /// which something was damaged.
  func damagedWeights() -> String? {
    guard let (_, _, different) = differences, let first = different.first else { return nil }
    return "\(different.count) tensors differ from the bundled toy VLM's, the first is \(first)"
  }

  /// The policy's toy VLM, the bundled one and the names of the tensors that differ; nil unless most
  /// are equal.
  private var differences: (vlm: ToyVLM, bundled: ToyVLM, names: [String])? {
    guard let vlm = policy.backbone as? ToyVLM ?? inner, let bundled = try? ToyVLM.bundled()
    else { return nil }
    let (mine, theirs) = (vlm.namedParameters, bundled.namedParameters)
    guard mine.map(\.name) == theirs.map(\.name) else { return nil }
    let pairs = zip(mine, theirs).filter { $0.parameter.values != $1.parameter.values }
    let names = pairs.map(\.0.name)
    return names.count * 2 < mine.count ? (vlm, bundled, names) : nil
  }
}
